// A line that a test can cut, delay, lose and double, in a way that is the same in every run.
// spec: server-server-api #transactions (what a lost answer must not break)

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { type Network, NetworkError, type WireAnswer, type WireRequest } from './network.ts'

/** `refuse`: like a closed port. `silent`: nothing ever comes back, so the caller's timeout decides. */
export type Cut = 'refuse' | 'silent'

type Mishap = 'lose-request' | 'lose-answer' | 'duplicate'

export class UnreliableNetwork implements Network {
  readonly #inner: Network
  readonly #clock: Clock
  readonly #cuts = new Map<string, Cut>()
  readonly #delays = new Map<string, Milliseconds>()
  readonly #mishaps = new Map<string, Mishap[]>()
  /** Requests that were asked for, cut ones too: what a test counts. */
  readonly requests: WireRequest[] = []

  constructor(inner: Network, clock: Clock) {
    this.#inner = inner
    this.#clock = clock
  }

  /** Both directions. */
  cut(one: ServerName, other: ServerName, how: Cut = 'refuse'): void {
    for (const pair of bothWays(one, other)) this.#cuts.set(pair, how)
  }

  heal(one: ServerName, other: ServerName): void {
    for (const pair of bothWays(one, other)) this.#cuts.delete(pair)
  }

  /** Every request from one to the other waits before it is delivered. 0 ends it. */
  delay(from: ServerName, to: ServerName, time: Milliseconds): void {
    this.#delays.set(direction(from, to), time)
  }

  /** The next request from one to the other is lost, delivered but its answer lost, or delivered twice. Adds up. */
  next(from: ServerName, to: ServerName, mishap: Mishap): void {
    const pair = direction(from, to)
    this.#mishaps.set(pair, [...(this.#mishaps.get(pair) ?? []), mishap])
  }

  /** Every line is whole, and nothing that was to happen will. */
  calm(): void {
    for (const trouble of [this.#cuts, this.#delays, this.#mishaps]) trouble.clear()
  }

  async exchange(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    signal.throwIfAborted()
    this.requests.push(request)
    const pair = direction(request.from, request.to)
    const delay = this.#delays.get(pair) ?? 0
    if (delay > 0) await this.#clock.wait(delay, signal)
    const cut = this.#cuts.get(pair)
    if (cut === 'silent') return await never(signal)
    if (cut === 'refuse') throw new NetworkError('connection')
    return await this.#deliver(request, this.#mishaps.get(pair)?.shift(), signal)
  }

  async #deliver(request: WireRequest, mishap: Mishap | undefined, signal: AbortSignal): Promise<WireAnswer> {
    if (mishap === 'lose-request') throw new NetworkError('connection')
    const answer = await this.#inner.exchange(request, signal)
    if (mishap === undefined) return answer
    await drain(answer.body)
    if (mishap === 'lose-answer') throw new NetworkError('connection')
    return await this.#inner.exchange(request, signal)
  }
}

const direction = (from: ServerName, to: ServerName) => `${from} ${to}`
const bothWays = (one: ServerName, other: ServerName) => [direction(one, other), direction(other, one)]

const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))

async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of body) void piece
}
