// /sync: what is new for a device since it asked last, as soon as it is there. Face of the module.
//
// A request registers first, then reads everything in (since, head], and waits only when that is nothing: so no wake-up is lost. The token
// is one position of the tenant's stream, so an answer skips nothing and repeats nothing, also over a restart.
// spec: client-server-api #syncing, GET /_matrix/client/v3/sync

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Stream } from '#platform/stream/stream.ts'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { EventFact, Rooms } from '#rooms/rooms.ts'
import { ActiveUsers } from './active-users.ts'
import { type Asking, LONGEST_WAIT } from './asking.ts'
import type { Attendance } from './attendance.ts'
import { deviceListChanges } from './device-list-changes.ts'
import { type DeviceListChanges, DeviceSections } from './devices.ts'
import { FiltersInUse } from './filters-in-use.ts'
import { type PeekedEvents, type PeekRequest, peek } from './peek.ts'
import { type Answer, readAnswer, withToken } from './read-answer.ts'
import type { ReadingParts } from './reading.ts'
import { parseSince, type SincePoint, tokenOfSince } from './since-token.ts'
import type { SlidingRequest } from './sliding/sliding-request.ts'
import { SlidingSync } from './sliding/sliding-sync.ts'
import type { Sources } from './sources.ts'
import { StateSections } from './state-sections.ts'
import { ToldMembers } from './told-members.ts'

export type { DeviceListChanges } from './devices.ts'
export type {
  ExtensionScope,
  ExtensionsAsked,
  ListAsked,
  RequiredState,
  RoomConfig,
  RoomFilter,
  SlidingRequest,
  StatePattern,
} from './sliding/sliding-request.ts'
export type { AccountSource, EncryptionSource, EphemeralSource, PushSource, Sources } from './sources.ts'

/** A filter for who asks for the states of rooms and not for their events. */
const STATES_ALONE = '{"room":{"timeline":{"limit":0}}}'
const askingNothing = Object.freeze({ ignored: new Set<UserId>(), stateAfterNames: [], fullState: false })

export interface SyncParts {
  readonly rooms: Rooms
  readonly stream: Stream
  readonly clock: Clock
  readonly database: Database
  readonly sources: Sources
}

export interface SyncRequest {
  readonly userId: UserId
  readonly deviceId: DeviceId
  /** `next_batch` of an earlier answer. */
  readonly since?: string | undefined
  /** The ID of a stored filter, or a filter as JSON. */
  readonly filter?: string | undefined
  readonly timeout?: Milliseconds | undefined
  readonly fullState?: boolean | undefined
  readonly setPresence?: 'offline' | 'online' | 'unavailable' | undefined
  /** Messages to the device that were told stay, to be told again: asked by an endpoint that does not tell them. */
  readonly keepMessages?: boolean | undefined
  /** Names under which to tell the state after the timeline; none: the state before it, as `state`. */
  readonly stateAfterNames?: readonly string[] | undefined
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** Aborted when the server stops: those who wait are answered. One object for many requests. */
  readonly draining: AbortSignal
}

export class Sync {
  readonly #clock: Clock
  readonly #parts: ReadingParts
  readonly #filters: FiltersInUse
  readonly #sliding: SlidingSync
  readonly #told = new ToldMembers()
  readonly #draining = new WeakSet<AbortSignal>()
  readonly #stops: (() => void)[] = []

  constructor({ rooms, stream, clock, database, sources }: SyncParts) {
    const users = new ActiveUsers({
      stream,
      clock,
      roomsOf: (userId) => rooms.roomsOf(userId),
      sharingRooms: (userId) => rooms.localUsersSharingRoomsWith(userId),
    })
    const states = new StateSections(rooms)
    const devices = sources.encryption && new DeviceSections(sources.encryption, rooms)
    this.#clock = clock
    this.#parts = { rooms, stream, users, states, devices, sources }
    this.#filters = new FiltersInUse(sources.accounts)
    this.#sliding = new SlidingSync({ reading: this.#parts, filters: this.#filters, database, clock })
    this.#stops.push(() => users.stop())
    this.#stops.push(
      stream.onCommit((facts) => {
        for (const { kind, payload } of facts) if (kind === 'event') this.#noteRedaction(payload as EventFact)
      }),
    )
    const stopTyping = sources.ephemeral?.typing.onChange((roomId) => users.wakeRoom(roomId))
    if (stopTyping) this.#stops.push(stopTyping)
  }

  /**
   * The answer to one request, as JSON text.
   *
   * @throws 400 `M_INVALID_PARAM` for a token that is none; `M_BAD_JSON` or 404 for the filter; the signal's reason when the client has gone.
   */
  async answer(request: SyncRequest): Promise<string> {
    const { userId, deviceId, draining } = request
    const since = request.since === undefined || request.since === '' ? undefined : parseSince(request.since)
    const asking = await this.#asking(request)
    this.#watch(draining)
    const attendance = this.#parts.users.attend(userId)
    const leavePresence = this.#parts.sources.ephemeral?.presence.syncing(
      userId,
      deviceId,
      request.setPresence ?? 'online',
    )
    try {
      if (since && !request.keepMessages) await this.#parts.devices?.acknowledge(asking, since)
      const answer = await this.#answerInTime(request, asking, since, attendance)
      if (asking.filter.room.state.lazyLoadMembers) {
        this.#told.given(userId, deviceId, answer.token, answer.members)
      }
      return answer.text
    } finally {
      leavePresence?.()
      attendance.leave()
    }
  }

  /**
   * Sliding sync: the rooms that a client looks at, and what is new in them, as JSON text.
   *
   * @throws 400 `M_UNKNOWN_POS` for a position that is not this device's or too old; `M_INVALID_PARAM` for a token of an extension that is
   *   none; the signal's reason when the client has gone.
   */
  async slide(request: SlidingRequest): Promise<string> {
    this.#watch(request.draining)
    return this.#sliding.answer(request)
  }

  /**
   * GET /events of one room, for somebody who is not in it: what has been said since a token, as soon as there is something.
   *
   * @throws 400 `M_INVALID_PARAM` for a token that is none; 403 for those who may not look into the room.
   */
  async peek(request: PeekRequest): Promise<PeekedEvents> {
    this.#watch(request.draining)
    return peek(this.#parts, this.#clock, request)
  }

  /**
   * GET /keys/changes: whose devices have changed between two tokens of /sync.
   *
   * @throws 400 `M_INVALID_PARAM` for a token that is none.
   */
  async deviceListChanges(
    { userId, deviceId }: Pick<SyncRequest, 'userId' | 'deviceId'>,
    tokens: { readonly from: string; readonly to: string },
  ): Promise<DeviceListChanges> {
    const range = { from: parseSince(tokens.from).position, to: parseSince(tokens.to).position }
    const asking = { userId, deviceId, ...(await this.#filters.get(userId, STATES_ALONE)), ...askingNothing }
    const attendance = this.#parts.users.attend(userId)
    try {
      const mine = await this.#parts.users.freshRoomsOf(attendance.user)
      return await deviceListChanges(this.#parts, asking, range, mine)
    } finally {
      attendance.leave()
    }
  }

  /** Answers those who wait, and listens no more. Resolves when what clients were told is stored. */
  async stop(): Promise<void> {
    for (const stop of this.#stops) stop()
    await this.#sliding.stop()
  }

  async #asking({ userId, deviceId, filter, fullState, stateAfterNames }: SyncRequest): Promise<Asking> {
    const [inUse, ignored] = await Promise.all([
      this.#filters.get(userId, filter),
      this.#parts.sources.accounts.ignoredUsersOf(userId),
    ])
    return {
      userId,
      deviceId,
      ...inUse,
      ignored,
      stateAfterNames: stateAfterNames ?? [],
      fullState: fullState ?? false,
    }
  }

  async #answerInTime(
    { timeout = 0, signal, since: token, draining }: SyncRequest,
    asking: Asking,
    since: SincePoint | undefined,
    attendance: Attendance,
  ): Promise<Answer> {
    const { stream, users } = this.#parts
    const told = this.#told.since(asking.userId, asking.deviceId, since && token)
    const until = this.#clock.now() + Math.min(timeout, LONGEST_WAIT)
    const mayWait = since !== undefined && !asking.fullState
    const { user } = attendance
    let after = since?.position ?? 0
    for (;;) {
      attendance.rest()
      const answer = await readAnswer(this.#parts, { asking, user, since, after, told })
      if (!answer.isEmpty || !mayWait || draining.aborted) return answer
      const woken = await attendance.woken(until - this.#clock.now(), signal)
      signal.throwIfAborted()
      // All that was read was nothing, and nothing about the user has happened since: the next look begins there.
      const quiet = Math.min(attendance.quietUntil(stream.head) ?? 0, users.certainUntil(stream.head))
      after = Math.max(answer.upTo, quiet)
      if (!woken) return withToken(answer, tokenAt(after, answer))
    }
  }

  #watch(draining: AbortSignal): void {
    if (this.#draining.has(draining)) return
    this.#draining.add(draining)
    draining.addEventListener('abort', () => this.#parts.users.answerAll(), { once: true })
  }

  #noteRedaction({ known }: EventFact): void {
    if (known.event.redacts !== undefined) this.#parts.states.redacted(known.roomNid)
  }
}

/** The token of an empty answer, moved on. */
function tokenAt(position: number, { token }: Answer): string {
  return tokenOfSince({ ...parseSince(token), position })
}
