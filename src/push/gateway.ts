// Speaks to one push gateway: one notification, one answer.
// spec: push-gateway-api, POST /_matrix/push/v1/notify

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { arrayAt, isObject, type JsonObject, parseJson } from '#protocol/json/json.ts'

/** How bytes reach a push gateway: `main` hands in the network that also reaches other servers, with its rules about addresses. */
export interface GatewayNetwork {
  /** POSTs JSON to an `https` URL. Rejects when the host is not reached or not allowed, or with the signal's reason. */
  post(
    url: URL,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: AsyncIterable<Uint8Array> }>
}

export interface Push {
  readonly url: URL
  readonly pushkey: string
  readonly notification: JsonObject
}

export type Pushed =
  | { readonly outcome: 'sent'; readonly rejected: boolean }
  /** `host`: the gateway as a whole is in trouble, not this one pusher. `cause`: a status, or what stood in the way of an answer. */
  | { readonly outcome: 'failed'; readonly blame: 'host' | 'pusher'; readonly cause: unknown }

/** A gateway passes the notification on and answers in some hundred milliseconds. */
const TIMEOUT: Milliseconds = 10_000
/** The answer names one key of ours at most. */
const MAX_ANSWER_BYTES = 64 * 1024

export class Gateway {
  readonly #network: GatewayNetwork
  readonly #clock: Clock

  constructor(network: GatewayNetwork, clock: Clock) {
    this.#network = network
    this.#clock = clock
  }

  /** Never rejects. `notification` is for the one device of `pushkey`, which `rejected` is about. */
  async push({ url, pushkey, notification }: Push, signal: AbortSignal): Promise<Pushed> {
    const patience = new AbortController()
    const timer = this.#clock.after(TIMEOUT, () => patience.abort(new Error('The push gateway is silent.')))
    const body = Buffer.from(JSON.stringify({ notification }))
    try {
      const ended = AbortSignal.any([signal, patience.signal])
      const answer = await this.#network.post(url, body, ended)
      const bytes = await readAnswer(answer.body)
      if (answer.status === 200) return { outcome: 'sent', rejected: rejects(bytes, pushkey) }
      const isBusy = answer.status === 429 || answer.status >= 500
      return { outcome: 'failed', blame: isBusy ? 'host' : 'pusher', cause: answer.status }
    } catch (error) {
      return { outcome: 'failed', blame: 'host', cause: error }
    } finally {
      timer.cancel()
    }
  }
}

/** The answer, or nothing when it is too long: the status has said enough. */
async function readAnswer(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > MAX_ANSWER_BYTES) return new Uint8Array()
    pieces.push(piece)
  }
  return Buffer.concat(pieces, length)
}

/** Only the key that was asked about: a gateway must not take away the pushers of others. */
function rejects(bytes: Uint8Array, pushkey: string): boolean {
  const { ok } = parseJson(bytes)
  return isObject(ok) && arrayAt(ok, 'rejected')?.includes(pushkey) === true
}
