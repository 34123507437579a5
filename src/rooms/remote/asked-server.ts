// A server that is asked for what an event stands on: how often it may be asked for one event, and whether a later question may fare better.
// spec: server-server-api #backfilling-and-retrieving-missing-events; docs/decisions/0027-events-that-wait.md

import type { Failure, FederationTransport, Outcome } from '#federation/transport/transport.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'

/** A gap costs three questions, a state in single events some fifty. More is asked by nobody but a server that names what is not there. */
const MOST_QUESTIONS = 200

export class AskedServer {
  readonly name: ServerName
  /** It has the event, since it sent it to us: it can be asked about the event itself, and is believed about the state before it. */
  readonly hasEvent: boolean
  readonly #transport: FederationTransport
  readonly #signal: AbortSignal | undefined
  #left = MOST_QUESTIONS
  #forLater = 0

  constructor(
    name: ServerName,
    parts: {
      readonly transport: FederationTransport
      readonly hasEvent: boolean
      readonly signal?: AbortSignal | undefined
      /** It has just failed: nothing is asked, and everything may be had later. */
      readonly leaveAlone?: boolean
    },
  ) {
    this.name = name
    this.hasEvent = parts.hasEvent
    this.#transport = parts.transport
    this.#signal = parts.signal
    if (!parts.leaveAlone) return
    this.#left = 0
    this.#forLater = 1
  }

  /** How much was not had for a reason that passes. */
  get forLater(): number {
    return this.#forLater
  }

  /** What it answers; undefined when it does not, or has been asked enough. */
  async ask<Value>(
    question: (transport: FederationTransport, name: ServerName, signal?: AbortSignal) => Promise<Outcome<Value>>,
  ): Promise<Value | undefined> {
    if (this.#left === 0) return undefined
    this.#left--
    const outcome = await question(this.#transport, this.name, this.#signal)
    if (outcome.ok) return outcome.value
    if (passes(outcome.failure)) this.noteForLater()
    return undefined
  }

  noteForLater(): void {
    this.#forLater++
  }
}

/** May the same question be answered later? What it has said no to, and answers that are none, do not get better. */
function passes(failure: Failure): boolean {
  if (failure.kind !== 'refused') return failure.kind === 'unreachable'
  return failure.status >= 500 || failure.status === 408 || failure.status === 425 || failure.status === 429
}
