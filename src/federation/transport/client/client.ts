// Asks other servers: signed, bounded in time and bytes, a few at once per server, and not at all while the server is away.
// spec: server-server-api #api-standards, #request-authentication

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { FairSemaphore, Overloaded } from '#platform/limits/limits.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import {
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
  type NumberReading,
  parseJson,
} from '#protocol/json/json.ts'
import { badAnswer, type Failure, failed, type Outcome, succeeded } from '../failure.ts'
import { type Network, NetworkError, type WireAnswer, type WireRequest } from '../network/network.ts'
import { readBounded } from '../network/read-bounded.ts'
import type { Availability } from './availability.ts'
import { Deadline } from './deadline.ts'
import { refusalOf, saysAway } from './refusal.ts'
import { type Query, targetOf } from './request-target.ts'

/** Text that is canonical JSON already (a transaction made of stored events), or a value. */
export type RequestBody = { readonly canonical: string } | { readonly json: Json }

export interface Call {
  readonly to: ServerName
  readonly method: WireRequest['method']
  /** Encoded: see `path`. */
  readonly path: string
  readonly query?: Query
  readonly body?: RequestBody
  readonly timeout?: Milliseconds
  readonly maxBytes?: number
  readonly signal?: AbortSignal
  /** A person is waiting: try, although the server is thought to be away. */
  readonly evenIfAway?: boolean
  /** Keys are asked for without a signature. */
  readonly unsigned?: boolean
  readonly accept?: string
  /** The name came from a stranger (a key is looked for): whether it answers is not written down, or anyone could fill the table. */
  readonly unconfirmed?: boolean
  /** Media: queues and connections of its own. */
  readonly bulk?: boolean
}

export interface ClientParts {
  readonly serverName: ServerName
  readonly network: Network
  readonly availability: Availability
  readonly clock: Clock
  /** Makes the `Authorization` header of a request. */
  readonly authorize: (request: {
    readonly method: string
    readonly uri: string
    readonly destination: ServerName
    readonly content: string | undefined
  }) => string
  /** For one request, unless it says otherwise. */
  readonly timeout: Milliseconds
}

/** An answer whose body is still coming. `end` must be called. */
export interface OpenAnswer {
  readonly answer: WireAnswer
  readonly deadline: Deadline
}

/** Answers are small unless a call says otherwise. */
const MAX_BYTES = 1 << 20
/** Of an error, only the code is read. */
const MAX_ERROR_BYTES = 64 * 1024
const DEPTH_OF_ANSWERS = 256

/**
 * At once to one server: enough for a join beside messages and keys. Waiting: what a room with much traffic asks within a timeout. In all:
 * memory, at some 10 KB each.
 */
const atOnce = { places: 500, placesPerKey: 12, waitingPerKey: 200, waiting: 10_000 }

export class FederationClient {
  readonly #parts: ClientParts
  readonly #places = new FairSemaphore(atOnce)
  /** Ends everything at the stop. */
  readonly #closing = new AbortController()

  constructor(parts: ClientParts) {
    this.#parts = parts
  }

  /** The JSON object that the server answers with status 200. Never rejects for the other server's sake. */
  async request(call: Call, numbers: NumberReading = 'any'): Promise<Outcome<JsonObject>> {
    const outcome = await this.requestJson(call, numbers)
    if (!outcome.ok) return outcome
    return isObject(outcome.value) ? succeeded(outcome.value) : badAnswer(call.to, 'The answer is not a JSON object.')
  }

  /** As `request`, for the old answers that are no objects. */
  requestJson(call: Call, numbers: NumberReading = 'any'): Promise<Outcome<Json>> {
    return this.open(call, ({ answer }) => this.#readAnswer(call, answer, numbers))
  }

  /**
   * Sends the request and has `read` read the answer, whatever its status; the place among the requests is held and the server judged by
   * what comes of it. `read` must end when the deadline's signal does.
   */
  async open<Value>(call: Call, read: (open: OpenAnswer) => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
    const { to } = call
    if (to === this.#parts.serverName) return failed({ kind: 'unreachable', destination: to, reason: 'name' })
    const signal = AbortSignal.any([this.#closing.signal, ...(call.signal ? [call.signal] : [])])
    let turn: 'not come' | 'come' = 'not come'
    try {
      const admission = await this.#parts.availability.admit(to, call.evenIfAway ?? false, signal)
      if (!admission.go)
        return failed({ kind: 'unreachable', destination: to, reason: 'away', retryAt: admission.retryAt })
      // Judged while the place is held, so that the next in the queue knows what this one has found out.
      const act = () => {
        turn = 'come'
        return this.#judged(call, () => this.#exchange(call, read, signal))
      }
      return await this.#places.run(call.bulk ? `bulk ${to}` : to, act, signal)
    } catch (error) {
      if (turn === 'not come') this.#parts.availability.report(to, 'unclear')
      if (error instanceof Overloaded) return failed({ kind: 'unreachable', destination: to, reason: 'busy' })
      if (signal.aborted) return failed({ kind: 'unreachable', destination: to, reason: 'cancelled' })
      throw error
    }
  }

  close(): void {
    this.#closing.abort(new Error('The server stops.'))
  }

  /** Reports in every case: others may wait for what comes of this request. */
  async #judged<Value>({ to, unconfirmed }: Call, act: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
    let result: 'alive' | 'away' | 'unclear' = 'unclear'
    try {
      const outcome = await act()
      result = outcome.ok ? 'alive' : judge(outcome.failure)
      return outcome
    } finally {
      this.#parts.availability.report(to, result, !unconfirmed)
    }
  }

  async #exchange<Value>(
    call: Call,
    read: (open: OpenAnswer) => Promise<Outcome<Value>>,
    signal: AbortSignal,
  ): Promise<Outcome<Value>> {
    const retryAt = call.evenIfAway ? undefined : this.#parts.availability.awayUntil(call.to)
    // It was found to be away while we waited for our turn.
    if (retryAt !== undefined) return failed({ kind: 'unreachable', destination: call.to, reason: 'away', retryAt })
    const deadline = new Deadline(this.#parts.clock, call.timeout ?? this.#parts.timeout, signal)
    try {
      const answer = await this.#parts.network.exchange(this.#wireRequest(call), deadline.signal)
      return await read({ answer, deadline })
    } catch (error) {
      return failed(this.#failureOf(call.to, error, deadline))
    } finally {
      deadline.end()
    }
  }

  #failureOf(destination: ServerName, error: unknown, deadline: Deadline): Failure {
    if (deadline.expired) return { kind: 'unreachable', destination, reason: 'timeout' }
    if (deadline.signal.aborted) return { kind: 'unreachable', destination, reason: 'cancelled' }
    if (error instanceof NetworkError) return { kind: 'unreachable', destination, reason: error.reason }
    // The body broke off.
    if (error instanceof Error && 'code' in error) return { kind: 'unreachable', destination, reason: 'connection' }
    throw error
  }

  #wireRequest(call: Call): WireRequest {
    const { serverName: from, authorize } = this.#parts
    const { to, method } = call
    const target = targetOf(call.path, call.query)
    const content =
      call.body && ('canonical' in call.body ? call.body.canonical : canonicalJson(call.body.json, 'faithful'))
    const headers = {
      'user-agent': 'Samband',
      accept: call.accept ?? 'application/json',
      ...(content !== undefined && { 'content-type': 'application/json' }),
      ...(!call.unsigned && { authorization: authorize({ method, uri: target, destination: to, content }) }),
    }
    return {
      from,
      to,
      method,
      target,
      headers,
      bulk: call.bulk ?? false,
      body: content === undefined ? undefined : encoder.encode(content),
    }
  }

  async #readAnswer(call: Call, answer: WireAnswer, numbers: NumberReading): Promise<Outcome<Json>> {
    if (answer.status !== 200) return await readRefusal(call.to, answer)
    const bytes = await readBounded(answer.body, call.maxBytes ?? MAX_BYTES)
    if (bytes === undefined) return badAnswer(call.to, 'The answer is larger than this call takes.')
    const parsed = parseJson(bytes, { numbers, maxDepth: DEPTH_OF_ANSWERS })
    return parsed.error === undefined
      ? succeeded(parsed.ok)
      : badAnswer(call.to, `The answer is not valid JSON (${parsed.error}).`)
  }
}

const encoder = new TextEncoder()

/** Reads an answer that is not 200. Redirects are none that we follow: the server's place is found by discovery alone. */
export async function readRefusal(
  destination: ServerName,
  answer: WireAnswer,
): Promise<{ readonly ok: false; readonly failure: Failure }> {
  const bytes = await readBounded(answer.body, MAX_ERROR_BYTES)
  const body = bytes === undefined ? undefined : parseJson(bytes).ok
  return failed(refusalOf(destination, answer.status, body, answer.headers['retry-after']))
}

function judge(failure: Failure): 'alive' | 'away' | 'unclear' {
  if (failure.kind === 'refused') return saysAway(failure) ? 'away' : 'alive'
  if (failure.kind === 'bad-answer') return 'unclear'
  // `address`: refused by our own rules, and asking again is cheap.
  return failure.reason === 'connection' || failure.reason === 'timeout' || failure.reason === 'name'
    ? 'away'
    : 'unclear'
}
