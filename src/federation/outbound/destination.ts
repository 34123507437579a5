// One other server: what waits for it, and the one transaction that is under way to it. While it answers, news wait in memory; once it does not,
// all that is kept of it is how far it has come, and what it missed is read from the tables when it is back.
// spec: server-server-api #transactions

import type { Milliseconds, Timer } from '#platform/clock/clock.ts'
import { BoundedQueue } from '#platform/limits/limits.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { MAX_EDUS_PER_TRANSACTION, MAX_PDUS_PER_TRANSACTION } from '#protocol/size-limits/size-limits.ts'
import { type Missed, readMissed } from './catch-up.ts'
import type { Entry, Passing, Sending } from './entry.ts'
import type { OutboundParts } from './outbound-parts.ts'
import { PassingNews } from './passing-news.ts'
import { isRefusedForGood, Pauses } from './pauses.ts'

/** News in memory for a server that answers: some transactions' worth. More are read from the tables. */
const MOST_WAITING = 500
/** A transaction that could not be delivered is kept this long to be repeated as it is; after that it is made anew: its events say themselves who they are. */
const KEEP_TRANSACTION: Milliseconds = 60_000

export interface DestinationParts extends OutboundParts {
  readonly newTransactionId: () => string
  /** Reading what was missed is done for a few servers at once. */
  readonly inTurn: <Result>(server: ServerName, act: () => Promise<Result>) => Promise<Result>
  /** It has moved on, or has nothing more to do. */
  readonly moved: (destination: Destination) => void
  readonly signal: AbortSignal
}

export class Destination {
  readonly name: ServerName
  readonly #parts: DestinationParts
  readonly #queue = new BoundedQueue<Entry>(MOST_WAITING)
  readonly #passing = new PassingNews()
  readonly #pauses: Pauses
  /** Everything up to here is taken, or is not for it. */
  #cursor: Position
  /** What is missed is read from the tables. */
  #behind: boolean
  /** The newest place of which we know that it has something. */
  #wanted: Position
  #hasOutbox = false
  #sending: Sending | undefined
  #running: Promise<void> | undefined
  #timer: Timer | undefined
  /** There is a row for it, so that a crash forgets nothing. Kept by the list of destinations. */
  isKept = false

  /** `missedSince`: it is behind since then. */
  constructor(name: ServerName, parts: DestinationParts, missedSince?: Position) {
    this.name = name
    this.#parts = parts
    this.#pauses = new Pauses(parts)
    this.#behind = missedSince !== undefined
    this.#cursor = missedSince ?? 0
    this.#wanted = this.#behind ? Number.POSITIVE_INFINITY : 0
  }

  /** Good while something is pending. */
  get cursor(): Position {
    return this.#cursor
  }

  /** Something that must arrive, at its place in the order, has not been answered for. */
  get isPending(): boolean {
    return this.#behind || this.#queue.length > 0 || (this.#sending !== undefined && this.#sending.upTo > this.#cursor)
  }

  get isIdle(): boolean {
    return !this.#hasWork && this.#running === undefined && this.#timer === undefined
  }

  get #hasWork(): boolean {
    return this.isPending || this.#hasOutbox || !this.#passing.isEmpty || this.#sending !== undefined
  }

  /** Nothing is being sent: all is answered, or has a pause. */
  get isResting(): boolean {
    return this.#running === undefined
  }

  /** Resolves when what is being sent now is answered or given up for a while. */
  get settled(): Promise<void> {
    return this.#running ?? Promise.resolve()
  }

  add(entry: Entry): void {
    if (this.#behind) {
      this.#wanted = Math.max(this.#wanted, entry.position)
      return
    }
    if (!this.isPending) {
      // Read from the tables already, when it was behind.
      if (entry.position <= this.#cursor) return
      this.#cursor = entry.position - 1
    }
    if (!this.#queue.push(entry)) this.#fallBehind()
  }

  /** `position`: where it stands when it can be read again; undefined: nowhere. While the server is away, nothing is kept of it. */
  addPassing(passing: Passing, position: Position | undefined): void {
    if (this.#timer === undefined) this.#passing.add(passing, position)
    else this.#missFrom(position)
  }

  addOutbox(): void {
    this.#hasOutbox = true
  }

  /** Sends what waits, unless the server has a pause; `now`: it has shown life. */
  wake(how: 'when-due' | 'now' = 'when-due'): void {
    if (how === 'now') this.#endPause()
    if (this.#timer !== undefined || this.#running !== undefined || this.#parts.signal.aborted) return
    this.#running = this.#run()
      .catch((error: unknown) => {
        this.#parts.log.error({ error, destination: this.name }, 'Sending to a server failed.')
        this.#giveUpForNow(this.#pauses.next())
      })
      .finally(() => {
        this.#running = undefined
        this.#parts.moved(this)
        // What was put in after the last look.
        if (this.#hasWork) this.wake()
      })
  }

  stop(): void {
    this.#endPause()
  }

  async #run(): Promise<void> {
    while (!this.#parts.signal.aborted) {
      if (this.#sending === undefined) await this.#prepare()
      const sending = this.#sending
      if (sending === undefined) return
      const { txnId, pdus, edus } = sending
      const outcome = await this.#parts.transport.sendTransaction(this.name, { txnId, pdus, edus }, this.#parts.signal)
      if (outcome.ok) {
        if (outcome.value.refused.length > 0) this.#noteRefused(outcome.value.refused)
        this.#pauses.reset()
      } else if (!isRefusedForGood(outcome.failure, this.#pauses.failures)) {
        this.#giveUpForNow(this.#pauses.after(outcome.failure, this.#parts.transport.awayUntil(this.name)))
        return
      } else {
        this.#parts.log.warn(
          { destination: this.name, failure: outcome.failure },
          'A transaction was refused for good.',
        )
      }
      await this.#taken(sending)
    }
  }

  #noteRefused(refused: readonly string[]): void {
    this.#parts.log.info({ destination: this.name, events: refused.slice(0, 10) }, 'A server did not take some events.')
  }

  async #taken({ upTo, outboxUpTo, complete }: Sending): Promise<void> {
    if (outboxUpTo !== undefined) await this.#parts.e2ee.acknowledgeOutbox(this.name, outboxUpTo)
    this.#sending = undefined
    this.#cursor = Math.max(this.#cursor, upTo)
    if (this.#behind && complete && this.#wanted <= this.#cursor) this.#behind = false
    this.#parts.moved(this)
  }

  /** Makes the next transaction, if anything waits. */
  async #prepare(): Promise<void> {
    for (;;) {
      const missed = this.#behind ? await this.#parts.inTurn(this.name, () => this.#readMissed()) : undefined
      // After the events, so that it has the keys to all of them.
      const outbox = this.#behind || this.#hasOutbox ? await this.#readOutbox() : []
      const sending = this.#make(outbox, missed)
      if (sending.pdus.length + sending.edus.length > 0) {
        // In the turn that took them from the queue: at no time are they in neither place.
        this.#sending = sending
        return
      }
      if (missed === undefined) return
      this.#cursor = Math.max(this.#cursor, sending.upTo)
      if (sending.complete && this.#wanted <= this.#cursor) {
        this.#behind = false
        this.#parts.moved(this)
      }
    }
  }

  #readMissed(): Promise<Missed> {
    const upTo = this.#parts.stream.head
    // Until now whatever there may be was wanted; from here on, what is still to come is told to us.
    if (this.#wanted === Number.POSITIVE_INFINITY) this.#wanted = upTo
    return readMissed(this.#parts, this.name, this.#cursor, upTo)
  }

  async #readOutbox() {
    this.#hasOutbox = false
    const outbox = await this.#parts.e2ee.outboxFor(this.name, 0, MAX_EDUS_PER_TRANSACTION)
    if (outbox.length === MAX_EDUS_PER_TRANSACTION) this.#hasOutbox = true
    return outbox
  }

  /** Messages to devices first: they hold the keys to the events. No event goes before the keys that were sent before it. */
  #make(outbox: readonly { readonly position: Position; readonly edu: string }[], missed: Missed | undefined): Sending {
    const keys = outbox.at(-1)?.position
    const end = outbox.length < MAX_EDUS_PER_TRANSACTION ? Number.POSITIVE_INFINITY : (keys ?? 0)
    const pdus: string[] = []
    const edus = outbox.map(({ edu }) => edu)
    let upTo = this.#cursor
    const takes = ({ kind, text, position }: Entry): boolean => {
      const [list, most] = kind === 'pdu' ? [pdus, MAX_PDUS_PER_TRANSACTION] : [edus, MAX_EDUS_PER_TRANSACTION]
      if (position > end || list.length >= most) return false
      list.push(text)
      upTo = position
      return true
    }
    const isAll = missed ? missed.entries.every(takes) : this.#takeFromQueue(takes)
    if (missed && isAll) upTo = missed.upTo
    const room = MAX_EDUS_PER_TRANSACTION - edus.length
    if (missed) edus.push(...missed.passing.slice(0, room))
    else edus.push(...this.#passing.take(room, this.#parts.clock.now()))
    const txnId = this.#parts.newTransactionId()
    return { txnId, pdus, edus, upTo, outboxUpTo: keys, complete: isAll }
  }

  #takeFromQueue(takes: (entry: Entry) => boolean): boolean {
    for (let entry = this.#queue.peek(); entry; entry = this.#queue.peek()) {
      if (!takes(entry)) return false
      this.#queue.shift()
    }
    return true
  }

  /** Forgets the news: they are in the tables. */
  #fallBehind(): void {
    this.#queue.take(this.#queue.length)
    this.#behind = true
    this.#wanted = Number.POSITIVE_INFINITY
  }

  #missFrom(position: Position | undefined): void {
    if (this.isPending || position === undefined || position <= this.#cursor) return
    this.#cursor = position - 1
    this.#fallBehind()
  }

  #giveUpForNow(pause: Milliseconds): void {
    if (this.#parts.signal.aborted) return
    if (this.isPending) this.#fallBehind()
    else this.#missFrom(this.#passing.since)
    this.#passing.clear()
    if (pause > KEEP_TRANSACTION && this.#sending !== undefined) {
      this.#hasOutbox ||= this.#sending.outboxUpTo !== undefined
      this.#sending = undefined
    }
    this.#timer = this.#parts.clock.after(pause, () => {
      this.#timer = undefined
      this.wake()
    })
  }

  #endPause(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
