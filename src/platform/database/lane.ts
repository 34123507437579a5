// A lane: one pipelined connection that many tenants share in turns, reconnecting by itself.
// Waiting tenants take turns, so that a busy one delays the others by one turn at most. A switch of tenant is one `set search_path`
// in the pipeline, but the server then plans each prepared statement anew: hence turns of some length, not one query each.
// spec: docs/architecture.md §6

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Connection } from './connection.ts'
import { DatabaseBusy, DatabaseUnavailable } from './database-errors.ts'

/** Something to do on the connection. `start` sends its queries and calls `done` when the last is answered. */
export interface Job {
  readonly schema: string
  /** An exclusive job needs the pipeline to itself: nothing is sent behind it before it is done. */
  isExclusive(connection: Connection): boolean
  start(connection: Connection, done: () => void): void
  /** Called instead of `start` when there is no connection to be had. */
  refuse(error: Error): void
}

export interface LaneOptions {
  readonly clock: Clock
  readonly connect: () => Promise<Connection>
}

/** Jobs on the wire at once. Enough to fill a round trip (16 fill it, reference measurement); more would only wait in the server's socket, where turns cannot be taken. */
const window = 64
/** Jobs of one tenant in a row while others wait: the new plans after a switch (some 100 µs each) are then a small part. */
const turnLength = 64
/** Jobs of one tenant that may wait on one lane; at 20 µs each the last waits 0.2 s. Beyond, callers are told to come back. */
const waitingBound = 10_000
/** Schemas after which a connection is replaced: 40 tables × 28 KB × 50 = 56 MB of the server's memory per connection. */
const schemasPerConnection = 50
/** How long calls wait for a database that restarts (recovery takes 0.5–1.2 s) before they are refused. */
const patience: Milliseconds = 5_000
const shortestBackOff: Milliseconds = 25
const longestBackOff: Milliseconds = 500

export class Lane {
  readonly #clock: Clock
  readonly #connect: () => Promise<Connection>
  /** Jobs that wait, by schema; the order of the map is the order of turns. No empty queues are kept. */
  readonly #waiting = new Map<string, Job[]>()
  #connection: Connection | undefined
  #connecting: Promise<void> | undefined
  #underWay = 0
  #waitingCount = 0
  #exclusive = false
  #schema = ''
  #turn = 0
  #stopped = false
  #onIdle: (() => void) | undefined

  constructor(options: LaneOptions) {
    this.#clock = options.clock
    this.#connect = options.connect
  }

  /** Jobs under way and waiting. */
  get load(): number {
    return this.#underWay + this.#waitingCount
  }

  /** The schema of the last job sent. */
  get schema(): string {
    return this.#schema
  }

  /** Connects, so that a database that is not there is noticed at the start. Rejects with `DatabaseUnavailable`. */
  async open(): Promise<void> {
    this.#use(await this.#connect())
  }

  submit(job: Job): void {
    if (this.#stopped) job.refuse(new DatabaseUnavailable('not-run', 'the server is stopping'))
    else if (this.#mayGo(job.schema)) this.#start(job)
    else this.#queue(job)
  }

  #queue(job: Job): void {
    const queue = this.#waiting.get(job.schema)
    if (queue === undefined) this.#waiting.set(job.schema, [job])
    else if (queue.length < waitingBound) queue.push(job)
    else {
      job.refuse(new DatabaseBusy(job.schema))
      return
    }
    this.#waitingCount += 1
    this.#pump()
  }

  /** Refuses new jobs, waits for those there are, closes the connection. */
  async close(): Promise<void> {
    this.#stopped = true
    if (this.load > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    await this.#connecting
    await this.#connection?.close()
  }

  /** True when a job may be sent at once, overtaking nobody. */
  #mayGo(schema: string): boolean {
    return this.#waitingCount === 0 && this.#hasRoom() && !this.#mustReplace(schema)
  }

  #hasRoom(): boolean {
    return this.#connection?.open === true && !this.#exclusive && this.#underWay < window
  }

  #mustReplace(schema: string): boolean {
    const connection = this.#connection
    return connection !== undefined && !connection.isIn(schema) && connection.schemasSeen >= schemasPerConnection
  }

  #start(job: Job): void {
    const connection = this.#connection
    if (connection === undefined) return
    this.#underWay += 1
    this.#exclusive = job.isExclusive(connection)
    this.#turn = job.schema === this.#schema ? this.#turn + 1 : 0
    this.#schema = job.schema
    connection.enter(job.schema)
    job.start(connection, () => this.#done())
  }

  #done(): void {
    this.#underWay -= 1
    // Nothing is sent behind an exclusive job, so the one that is done is that one.
    if (this.#underWay === 0) this.#exclusive = false
    this.#pump()
    if (this.load === 0) this.#onIdle?.()
  }

  #pump(): void {
    if (this.#waitingCount === 0) return
    if (this.#connection?.open !== true) {
      this.#reconnect()
      return
    }
    while (this.#waitingCount > 0 && this.#hasRoom()) {
      const queue = this.#nextQueue()
      const job = queue?.[0]
      if (queue === undefined || job === undefined) return
      if (this.#mustReplace(job.schema)) {
        this.#replaceWhenDrained()
        return
      }
      this.#take(queue, job.schema)
      this.#start(job)
    }
  }

  /** The queue whose turn it is: the current tenant's until its turn is over, then the one that has waited longest. */
  #nextQueue(): Job[] | undefined {
    const current = this.#waiting.get(this.#schema)
    if (current !== undefined && (this.#turn < turnLength || this.#waiting.size === 1)) return current
    if (current !== undefined) {
      this.#waiting.delete(this.#schema)
      this.#waiting.set(this.#schema, current)
    }
    return this.#waiting.values().next().value
  }

  #take(queue: Job[], schema: string): void {
    queue.shift()
    this.#waitingCount -= 1
    if (queue.length === 0) this.#waiting.delete(schema)
  }

  #replaceWhenDrained(): void {
    if (this.#underWay > 0) return
    const old = this.#connection
    this.#connection = undefined
    void old?.close()
    this.#reconnect()
  }

  #reconnect(): void {
    this.#connecting ??= this.#connectPatiently().finally(() => {
      this.#connecting = undefined
      this.#pump()
    })
  }

  async #connectPatiently(): Promise<void> {
    const until = this.#clock.now() + patience
    for (let backOff = shortestBackOff; ; backOff = Math.min(backOff * 2, longestBackOff)) {
      try {
        return this.#use(await this.#connect())
      } catch (error) {
        if (this.#stopped || this.#clock.now() >= until) return this.#refuseWaiting(error)
      }
      await this.#clock.wait(backOff)
    }
  }

  #use(connection: Connection): void {
    this.#connection = connection
    connection.onLost(() => {
      if (this.#connection === connection) this.#connection = undefined
      this.#pump()
    })
  }

  #refuseWaiting(error: unknown): void {
    const refusal =
      error instanceof Error ? error : new DatabaseUnavailable('not-run', 'no connection', { cause: error })
    const jobs = [...this.#waiting.values()].flat()
    this.#waiting.clear()
    this.#waitingCount = 0
    for (const job of jobs) job.refuse(refusal)
    if (this.load === 0) this.#onIdle?.()
  }
}
