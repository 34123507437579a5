// Sliding sync: the rooms that a client looks at, and what is new in them. One core for both shapes.
//
// A request registers first, then reads, and waits only when there is nothing to tell: so no wake-up is lost. What a connection's client
// knows is remembered by version, and the position that it comes with says which version that is: an answer that got lost is made again.
// spec: proposals/4186

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { DeviceId } from '#protocol/identifiers/identifiers.ts'
import { LONGEST_WAIT } from '../asking.ts'
import type { Attendance } from '../attendance.ts'
import type { FiltersInUse } from '../filters-in-use.ts'
import type { ReadingParts } from '../reading.ts'
import { ToldMembers } from '../told-members.ts'
import { BumpStamps } from './bump-stamps.ts'
import type { Connection, ConnectionKey } from './connection.ts'
import { Connections } from './connections.ts'
import { parseToDeviceSince } from './extension-devices.ts'
import { type ConnectionPosition, tokenOfConnection } from './position-token.ts'
import { readSliding, type SlidingParts, type SlidingReading } from './read-sliding.ts'
import { RecentRooms } from './recent-rooms.ts'
import { RoomConfigs } from './room-configs.ts'
import { TraitsOfRooms } from './room-traits.ts'
import type { SlidingRequest } from './sliding-request.ts'
import { StateBeyondKeys } from './state-beyond-keys.ts'
import { MarksOfUsers } from './user-marks.ts'

interface Asked {
  readonly connection: Connection
  readonly position: ConnectionPosition | undefined
  /** Aborted when the client has sent another request on this connection. */
  readonly overtaken: AbortSignal
}

export class SlidingSync {
  readonly #clock: Clock
  readonly #parts: SlidingParts
  readonly #connections: Connections
  readonly #told = new ToldMembers()
  readonly #stop: () => void

  constructor(parts: {
    readonly reading: ReadingParts
    readonly filters: FiltersInUse
    readonly database: Database
    readonly clock: Clock
  }) {
    const { reading, filters, database, clock } = parts
    const { rooms, stream, sources } = reading
    const stamps = new BumpStamps(rooms)
    const traits = new TraitsOfRooms(rooms)
    const marks = new MarksOfUsers(sources.accounts)
    this.#clock = clock
    this.#connections = new Connections({ database, clock })
    this.#parts = {
      ...{ reading, filters, rooms, stamps, traits, marks, push: sources.push },
      configs: new RoomConfigs(),
      beyondKeys: new StateBeyondKeys(rooms),
      order: new RecentRooms({ rooms, stream }),
    }
    this.#stop = stream.onCommit((facts) => {
      for (const part of [stamps, traits, marks]) part.noteCommit(facts)
    })
  }

  /**
   * The answer to one request, as JSON text.
   *
   * @throws 400 `M_UNKNOWN_POS` for a position that is not this device's or too old; `M_INVALID_PARAM` for a token of an extension that is
   *   none; the signal's reason when the client has gone.
   */
  async answer(request: SlidingRequest): Promise<string> {
    const { userId, deviceId, extensions } = request
    const { users, devices, sources } = this.#parts.reading
    const received = parseToDeviceSince(extensions.toDevice?.since)
    const asked = await this.#ask(request)
    const attendance = users.attend(userId)
    const leavePresence = sources.ephemeral?.presence.syncing(userId, deviceId, request.setPresence ?? 'online')
    try {
      if (received > 0) await devices?.acknowledge(request, { position: received, toDevice: undefined })
      return await this.#answerInTime(request, asked, attendance)
    } finally {
      leavePresence?.()
      attendance.leave()
    }
  }

  /** Resolves when all connections are stored. */
  async stop(): Promise<void> {
    this.#stop()
    await this.#connections.idle()
  }

  async #ask({ userId, deviceId, connectionId, position: token }: SlidingRequest): Promise<Asked> {
    const key: ConnectionKey = { userId, deviceId, connectionId }
    if (token === undefined) {
      const connection = this.#connections.begin(key)
      return { connection, position: undefined, overtaken: this.#connections.ask(connection, undefined, 0) }
    }
    const { connection, position } = await this.#connections.at(key, token)
    return { connection, position, overtaken: this.#connections.ask(connection, token, position.version) }
  }

  async #answerInTime(request: SlidingRequest, asked: Asked, attendance: Attendance): Promise<string> {
    const { stream, users } = this.#parts.reading
    const { connection, position, overtaken } = asked
    const { deviceId, connectionId, signal, draining } = request
    const memberKey = `${deviceId}\0${connectionId}` as DeviceId // what is remembered belongs to the connection
    const toldMembers = this.#told.since(request.userId, memberKey, position && request.position)
    const until = this.#clock.now() + Math.min(request.timeout, LONGEST_WAIT)
    const ended = AbortSignal.any([signal, overtaken])
    let after = position?.position
    for (;;) {
      attendance.rest()
      const { user } = attendance
      const reading = await readSliding(this.#parts, { request, user, connection, position, after, toldMembers })
      signal.throwIfAborted()
      if (overtaken.aborted) return unread(request)
      if (!reading.isEmpty || after === undefined || draining.aborted) return this.#give(asked, reading, memberKey)
      const woken = await attendance.woken(until - this.#clock.now(), ended)
      signal.throwIfAborted()
      if (overtaken.aborted) return unread(request)
      if (!woken) return this.#give(asked, reading, memberKey)
      if (reading.changes.size > 0) continue
      const quiet = Math.min(attendance.quietUntil(stream.head) ?? 0, users.certainUntil(stream.head))
      after = Math.max(reading.upTo, quiet)
    }
  }

  #give({ connection }: Asked, reading: SlidingReading, memberKey: DeviceId): string {
    const version = connection.give(reading.changes)
    const { upTo: position, typing, passing, members, text } = reading
    const token = tokenOfConnection({ position, incarnation: connection.incarnation, version, typing })
    connection.remember(token, passing)
    this.#told.given(connection.key.userId, memberKey, token, members)
    this.#connections.store(connection)
    return `{"pos":"${token}",${text}}`
  }
}

/** Nobody reads this answer: the client has asked again meanwhile. */
const unread = ({ position }: SlidingRequest): string => JSON.stringify({ pos: position ?? '' })
