// Presence: who is there. What changes by the second is in memory; what others are told is a fact (kind `presence`, with the user).
// spec: client-server-api/modules/presence.md; server-server-api #presence

import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Position, Stream } from '#platform/stream/stream.ts'
import { forbidden, invalidParam, notFound } from '#protocol/errors/errors.ts'
import { type DeviceId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { LocalPresence } from './local-presence.ts'
import { PresenceAnnouncer } from './presence-announcer.ts'
import {
  isStorable,
  MAX_STATUS_BYTES,
  type PlacedPresence,
  type PresenceName,
  type PresenceState,
  presenceContent,
  presenceEdu,
  presenceFromRow,
} from './presence-state.ts'
import { RemotePresence, SILENT_AFTER } from './remote-presence.ts'
import type { RoomsAround } from './rooms-around.ts'
import {
  selectPresence,
  selectPresenceBetween,
  selectPresenceOfOurs,
  selectPresentLocals,
  selectSilentPresence,
} from './store/presence.ts'

export interface PresenceParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly log: Log
  readonly rooms: RoomsAround
  /** Off: nobody's presence is noted, and everybody looks offline. */
  readonly enabled: boolean
}

/** Between two looks at who has gone idle or away: what is announced late by at most this. */
const LOOK_EVERY: Milliseconds = 5_000
/** Our users who are there at once; more are not followed. Some 50 MB. */
const MAX_PRESENT = 100_000
/** Silent users taken up in one look; the next one goes on. */
const MAX_SILENT = 500
/** Changes that one answer of sync looks at, the newest. */
const MAX_CHANGES = 5_000

/** Stands for all devices that a user had before a restart. */
const formerDevices = '' as DeviceId

export class Presence {
  readonly #parts: PresenceParts
  readonly #present = new Map<UserId, LocalPresence>()
  readonly #announcer: PresenceAnnouncer
  readonly #remote: RemotePresence
  #timer: Timer | undefined
  #work: Promise<void> = Promise.resolve()
  #stopped = false

  private constructor(parts: PresenceParts) {
    this.#parts = parts
    this.#announcer = new PresenceAnnouncer(parts)
    this.#remote = new RemotePresence(parts)
  }

  static async open(parts: PresenceParts): Promise<Presence> {
    const presence = new Presence(parts)
    if (parts.enabled) await presence.#begin()
    return presence
  }

  /** A client sets its user's presence. A status that is left out is taken away. @throws `M_INVALID_PARAM` for a status over 2 KiB. */
  async set(userId: UserId, deviceId: DeviceId, presence: PresenceName, statusMsg?: string): Promise<void> {
    if (statusMsg !== undefined && !isStorable(statusMsg)) {
      throw invalidParam(`status_msg has at most ${MAX_STATUS_BYTES} bytes of well-formed text. Shorten it.`)
    }
    const local = await this.#localOf(userId)
    if (local === undefined) return
    local.statusMsg = statusMsg
    local.set(deviceId, presence, this.#parts.clock.now())
    await this.#announcer.announceChanged([local])
  }

  /**
   * A device waits for news (`/sync`), and shows its user as `presence` (its `set_presence`); `offline` notes nothing.
   * Call what is returned when the answer is given. Never waits and never fails.
   */
  syncing(userId: UserId, deviceId: DeviceId, presence: PresenceName): () => void {
    if (presence === 'offline' || !this.#parts.enabled) return () => {}
    const { clock } = this.#parts
    let local: LocalPresence | undefined
    let ended = false
    this.#inBackground(async () => {
      local = await this.#localOf(userId)
      local?.startPoll(deviceId, presence, clock.now())
      if (ended) local?.endPoll(deviceId, clock.now())
      if (local !== undefined) await this.#announcer.announceChanged([local])
    })
    return () => {
      if (!ended) local?.endPoll(deviceId, clock.now())
      ended = true
    }
  }

  /** The person did something: sent a message, read, typed. Never waits and never fails. */
  active(userId: UserId, deviceId: DeviceId): void {
    if (!this.#parts.enabled) return
    this.#inBackground(async () => {
      const local = await this.#localOf(userId)
      local?.active(deviceId, this.#parts.clock.now())
      if (local !== undefined) await this.#announcer.announceChanged([local])
    })
  }

  /** A user's presence as `viewer` may see it. @throws 403 without a shared room; 404 when nothing is known of the user. */
  async get(viewer: UserId, userId: UserId): Promise<PresenceState> {
    if (viewer !== userId && !(await this.#parts.rooms.sharesRoom(viewer, [userId])).has(userId)) {
      throw forbidden('presence/no-shared-room', 'You can only see the presence of people who are in a room with you.')
    }
    const state = this.#parts.enabled ? await this.#stateOf(userId) : offline(userId)
    if (state === undefined) throw notFound('Nothing is known of this user’s presence.')
    return state
  }

  /**
   * Presence that changed in (after, upTo] of people in rooms with `viewer`, and of `viewer`; from 0, those who are not offline.
   * Looks at the 5,000 newest changes: whoever comes back after so many sees the rest as it changes.
   */
  async visibleTo(viewer: UserId, after: Position, upTo: Position): Promise<readonly PlacedPresence[]> {
    if (!this.#parts.enabled || after >= upTo) return []
    const rows = await this.#parts.database.run(selectPresenceBetween, after, upTo, MAX_CHANGES)
    const changed = rows.map(presenceFromRow).filter((state) => after > 0 || state.presence !== 'offline')
    const others = changed.flatMap(({ userId }) => (userId === viewer ? [] : [userId]))
    const shared = others.length === 0 ? new Set() : await this.#parts.rooms.sharesRoom(viewer, others)
    const visible = changed.filter(({ userId }) => userId === viewer || shared.has(userId))
    return visible.map((state) => this.#withFreshActivity(state))
  }

  /** As clients read it: the answer about a user, and the content of `m.presence`. */
  contentOf(state: PresenceState): JsonObject {
    return presenceContent(state, this.#parts.clock.now())
  }

  /** The EDU (canonical JSON) that tells other servers of states. */
  eduOf(states: readonly PresenceState[]): string {
    return presenceEdu(states, this.#parts.clock.now())
  }

  /** Presence of users who came into view (by a join), whatever its position. */
  async ofUsers(userIds: readonly UserId[]): Promise<readonly PlacedPresence[]> {
    if (!this.#parts.enabled || userIds.length === 0) return []
    const rows = await this.#parts.database.run(selectPresence, userIds)
    return rows.map(presenceFromRow).map((state) => this.#withFreshActivity(state))
  }

  /** Changes of our users in (after, upTo], ascending: what federation follows. */
  async ofOurs(after: Position, upTo: Position, limit: number): Promise<PlacedPresence[]> {
    return (await this.#parts.database.run(selectPresenceOfOurs, after, upTo, limit)).map(presenceFromRow)
  }

  /** Somebody has joined a room: who was a stranger may be one no more. */
  joined(userId: UserId): void {
    this.#remote.joined(userId)
  }

  /** Takes in an `m.presence` EDU: updates of users of `origin` who are in a room with one of ours. */
  async receive(origin: ServerName, content: JsonObject): Promise<void> {
    if (this.#parts.enabled) await this.#announcer.announce(await this.#remote.newsOf(origin, content))
  }

  /** Stops looking, and waits for what is being written. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#work
  }

  /** Those who were there when the process ended have as long to come back as anybody who asks for nothing. */
  async #begin(): Promise<void> {
    const now = this.#parts.clock.now()
    for (const row of await this.#parts.database.run(selectPresentLocals, MAX_PRESENT)) {
      const state = presenceFromRow(row)
      const local = new LocalPresence(state.userId, state)
      local.startPoll(formerDevices, state.presence, now)
      local.endPoll(formerDevices, now)
      local.lastActiveTs = state.lastActiveTs
      this.#present.set(state.userId, local)
      this.#announcer.remember(state, row.updated_ts)
    }
    this.#lookLater()
  }

  #lookLater(): void {
    if (this.#stopped) return
    this.#timer = this.#parts.clock.after(LOOK_EVERY, () => {
      this.#inBackground(() => this.#look())
      this.#lookLater()
    })
  }

  async #look(): Promise<void> {
    await this.#announcer.announceChanged([...this.#present.values()])
    const now = this.#parts.clock.now()
    for (const [userId, local] of this.#present) {
      if (local.isGone && this.#announcer.forget(userId)) this.#present.delete(userId)
    }
    const silent = await this.#parts.database.run(selectSilentPresence, now - SILENT_AFTER, MAX_SILENT)
    await this.#announcer.announce(
      silent.map((row) => ({ ...presenceFromRow(row), presence: 'offline', currentlyActive: false }) as const),
    )
  }

  #inBackground(act: () => Promise<void>): void {
    if (this.#stopped) return
    const done = act().catch((error: unknown) => {
      // The next look tries again.
      this.#parts.log.warn({ error }, 'Presence could not be stored.')
    })
    this.#work = Promise.all([this.#work, done]).then(() => {})
  }

  async #localOf(userId: UserId): Promise<LocalPresence | undefined> {
    if (!this.#parts.enabled) return undefined
    const present = this.#present.get(userId)
    if (present !== undefined) return present
    if (this.#present.size >= MAX_PRESENT) return undefined
    const row = (await this.#parts.database.run(selectPresence, [userId]))[0]
    // Somebody else may have asked at the same time.
    const local = this.#present.get(userId) ?? new LocalPresence(userId, row && presenceFromRow(row))
    this.#present.set(userId, local)
    if (row !== undefined) this.#announcer.remember(presenceFromRow(row), row.updated_ts)
    return local
  }

  async #stateOf(userId: UserId): Promise<PresenceState | undefined> {
    const local = this.#present.get(userId)
    if (local !== undefined) return local.at(this.#parts.clock.now())
    const row = (await this.#parts.database.run(selectPresence, [userId]))[0]
    if (row !== undefined) return presenceFromRow(row)
    return serverNameOf(userId) === this.#parts.serverName ? offline(userId) : undefined
  }

  #withFreshActivity(state: PlacedPresence): PlacedPresence {
    const lastActiveTs = this.#present.get(state.userId)?.lastActiveTs ?? 0
    return lastActiveTs > state.lastActiveTs ? { ...state, lastActiveTs } : state
  }
}

const offline = (userId: UserId): PresenceState => ({
  userId,
  presence: 'offline',
  statusMsg: undefined,
  currentlyActive: false,
  lastActiveTs: 0,
})
