// One more attempt at the events of one room and origin that wait and are due.
// spec: docs/decisions/0027-events-that-wait.md

import type { Milliseconds } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { eventFromStored } from '#protocol/events/events.ts'
import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { VerifiedEvent } from '../receive-event.ts'
import type { Engine } from '../room/engine.ts'
import type { HotRoom } from '../room/hot-room.ts'
import { claimStaged, type StagedGroup, type StagedPdu, unstageGroup, unstagePdus } from '../store/staged-pdus.ts'
import { AskedServer } from './asked-server.ts'
import { oldestFirst } from './fetch-missing.ts'
import { placePdu } from './place-pdu.ts'
import { aclRefusal } from './room-acl.ts'

/** `given-up`: what it stands on was never had. `evicted`: newer ones needed the place. `left`: we are not in the room any more. */
export type StagedOutcome = 'staged' | 'taken' | 'refused' | 'given-up' | 'evicted' | 'left'

export interface StagingParts {
  readonly log: Log
  /** Numbers for the operator; undefined where nobody reads them. */
  readonly countStaged?: ((outcome: StagedOutcome, events: number) => void) | undefined
}

/**
 * Between attempts, doubling from `first`. Whoever has a sign that an attempt may fare better waits only a tenth of that, and `least`: so that a
 * server which comes and goes, or talks much, does not make us ask without end.
 */
export const pauses = { least: 1_000, first: 2_000, longest: 3_600_000 } as const

/** A server that was away over a long holiday is asked once more. */
const OLDEST: Milliseconds = 7 * 24 * 3_600_000
/** Hourly for a week, and some hundred times for signs of life. */
const MOST_ATTEMPTS = 300
/** Events that are tried before others have their turn. */
const AT_ONCE = 20
/** For all of them, whatever their servers let us wait for: what is left is had next time. */
const ATTEMPT_TIME: Milliseconds = 300_000

/** Tries some of what is due. What cannot be placed yet stays in the table, with its next time. */
export async function tryStagedAgain(
  engine: Engine,
  group: StagedGroup,
  parts: StagingParts & { readonly signal: AbortSignal },
): Promise<void> {
  const { database, clock, random } = engine.parts
  const { room_nid: roomNid, origin } = group
  const room = await engine.room(group.room_id as RoomId) // row mapping
  if (!room?.committed.servers.has(engine.parts.serverName)) {
    const left = await database.run(unstageGroup, roomNid, origin)
    parts.countStaged?.('left', left.length)
    return
  }
  // Longer from time to time, so that those who failed together do not come together again.
  const spread = 0.75 + 0.25 * random.fraction()
  const { first, longest } = pauses
  const claimed = await database.run(claimStaged, roomNid, origin, clock.now(), first, longest, spread, AT_ONCE)
  const ended = new AbortController()
  const timer = clock.after(ATTEMPT_TIME, () => ended.abort(new Error('The attempt took too long.')))
  const signal = AbortSignal.any([parts.signal, ended.signal])
  try {
    // row mapping
    await new StagedAttempt(engine, room, origin as ServerName, { ...parts, signal }).try(claimed)
  } finally {
    timer.cancel()
  }
}

class StagedAttempt {
  readonly #engine: Engine
  readonly #room: HotRoom
  readonly #origin: ServerName
  readonly #parts: StagingParts & { readonly signal: AbortSignal }

  constructor(
    engine: Engine,
    room: HotRoom,
    origin: ServerName,
    parts: StagingParts & { readonly signal: AbortSignal },
  ) {
    this.#engine = engine
    this.#room = room
    this.#origin = origin
    this.#parts = parts
  }

  async try(claimed: readonly StagedPdu[]): Promise<void> {
    const byId = new Map(claimed.map((row) => [row.event_id as EventId, row]))
    const events = new Map([...byId].map(([id, row]) => [id, this.#read(id, row)]))
    const denied = await aclRefusal(this.#engine, this.#room, this.#origin)
    for (const verified of oldestFirst(events)) {
      const row = byId.get(verified.event.eventId)
      if (!row || this.#parts.signal.aborted) return
      const outcome = denied ? 'refused' : await this.#place(verified, row)
      if (outcome === 'staged') continue
      await this.#engine.parts.database.run(unstagePdus, this.#room.head.roomNid, [row.event_id])
      this.#parts.countStaged?.(outcome, 1)
      this.#note(row, outcome)
    }
  }

  async #place(verified: VerifiedEvent, row: StagedPdu): Promise<StagedOutcome> {
    const { clock } = this.#engine.parts
    try {
      const placed = await placePdu(this.#engine, this.#servers(), this.#room, verified)
      if (placed.outcome !== 'unplaced') return 'taken'
      if (!placed.mayWait) return 'refused'
    } catch (error) {
      const isRefusal = error instanceof MatrixError
      if (isRefusal && error.status !== 429) return 'refused'
      const fields = { error, event: row.event_id, room: this.#room.head.roomId, origin: this.#origin }
      if (!isRefusal && !this.#parts.signal.aborted) {
        this.#parts.log.error(fields, 'An event that waits could not be taken in.')
      }
    }
    const isOld = clock.now() - row.first_seen >= OLDEST || row.attempts >= MOST_ATTEMPTS
    return isOld ? 'given-up' : 'staged'
  }

  /** The origin, which has it all, then one of the others in the room that are thought to be there: another each time, so that none is troubled much. */
  #servers(): AskedServer[] {
    const { transport, serverName, random } = this.#engine.parts
    const { signal } = this.#parts
    const others = this.#room.committed.serverNames.filter(
      (name) => name !== serverName && name !== this.#origin && transport.awayUntil(name) === undefined,
    )
    const other = others[Math.floor(random.fraction() * others.length)]
    const origin = new AskedServer(this.#origin, { transport, signal, hasEvent: true })
    return other === undefined ? [origin] : [origin, new AskedServer(other, { transport, signal, hasEvent: false })]
  }

  #read(eventId: EventId, { json }: StagedPdu): VerifiedEvent {
    return { event: eventFromStored(json, this.#room.head.version, eventId), json }
  }

  #note({ event_id: event, attempts, first_seen: firstSeen }: StagedPdu, outcome: StagedOutcome): void {
    const fields = { event, room: this.#room.head.roomId, origin: this.#origin, attempts, firstSeen, outcome }
    if (outcome === 'given-up') this.#parts.log.warn(fields, 'An event was given up: what it stands on was never had.')
    else this.#parts.log.info(fields, 'An event waits no more.')
  }
}
