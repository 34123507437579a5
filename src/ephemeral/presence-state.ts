// What is known of a user's presence, and its shapes on the wire.
// spec: client-server-api/modules/presence.md; server-server-api #presence

import type { Milliseconds } from '#platform/clock/clock.ts'
import type { Position } from '#platform/stream/stream.ts'
import { parseUserId, type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import {
  arrayAt,
  booleanAt,
  canonicalJson,
  integerAt,
  isObject,
  type Json,
  type JsonObject,
  stringAt,
} from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import type { PresenceRow } from './store/presence.ts'

export type PresenceName = 'online' | 'unavailable' | 'offline'

export interface PresenceState {
  readonly userId: UserId
  readonly presence: PresenceName
  readonly statusMsg: string | undefined
  readonly currentlyActive: boolean
  /** Wall clock, ms; 0: never. */
  readonly lastActiveTs: Milliseconds
}

export interface PlacedPresence extends PresenceState {
  readonly position: Position
}

/** A line; some people write two. */
export const MAX_STATUS_BYTES = 2048
/** Updates taken from one EDU; servers send some fifty. What is beyond is dropped: the next update makes up for it. */
const MAX_UPDATES_PER_EDU = 500

/** The content of `m.presence`, and the answer about a user. */
export function presenceContent(state: PresenceState, now: Milliseconds): JsonObject {
  const { presence, statusMsg, lastActiveTs, currentlyActive } = state
  const content: JsonObject = { presence }
  if (statusMsg !== undefined) content['status_msg'] = statusMsg
  if (lastActiveTs > 0) content['last_active_ago'] = Math.max(0, now - lastActiveTs)
  if (presence === 'online') content['currently_active'] = currentlyActive
  return content
}

/** The EDU (canonical JSON) that tells other servers. */
export function presenceEdu(states: readonly PresenceState[], now: Milliseconds): string {
  const push = states.map((state) => ({
    last_active_ago: 0, // required, also when the user was never active
    ...presenceContent(state, now),
    user_id: state.userId,
  }))
  return canonicalJson({ content: { push }, edu_type: 'm.presence' })
}

/** The updates in an EDU's content. What is malformed or about users of other servers is passed over. */
export function readPresence(origin: ServerName, content: JsonObject, now: Milliseconds): readonly PresenceState[] {
  const updates = arrayAt(content, 'push') ?? []
  const states = new Map<UserId, PresenceState>()
  for (const update of updates.slice(0, MAX_UPDATES_PER_EDU)) {
    const state = readUpdate(update, now)
    if (state !== undefined && serverNameOf(state.userId) === origin) states.set(state.userId, state)
  }
  return [...states.values()]
}

function readUpdate(update: Json, now: Milliseconds): PresenceState | undefined {
  if (!isObject(update)) return undefined
  const userId = parseUserId(stringAt(update, 'user_id') ?? '')
  const presence = stringAt(update, 'presence')
  if (userId === undefined || !isPresenceName(presence)) return undefined
  const ago = integerAt(update, 'last_active_ago') ?? 0
  const statusMsg = stringAt(update, 'status_msg')
  return {
    userId,
    presence,
    statusMsg: statusMsg !== undefined && isStorable(statusMsg) ? statusMsg : undefined,
    currentlyActive: presence === 'online' && (booleanAt(update, 'currently_active') ?? false),
    lastActiveTs: Math.min(now, Math.max(0, now - ago)),
  }
}

/** PostgreSQL stores no NUL and no half of a surrogate pair. */
export const isStorable = (text: string): boolean =>
  fitsIn(text, MAX_STATUS_BYTES) && !text.includes('\0') && text.isWellFormed()

const isPresenceName = (text: string | undefined): text is PresenceName =>
  text === 'online' || text === 'unavailable' || text === 'offline'

export const presenceFromRow = (row: PresenceRow): PlacedPresence => ({
  userId: row.user_id as UserId,
  presence: row.presence as PresenceName,
  statusMsg: row.status_msg ?? undefined,
  currentlyActive: row.currently_active,
  lastActiveTs: row.last_active_ts,
  position: row.position,
})

/** Whether others would see a difference (the time of the last activity apart, which only grows while someone is active). */
export const looksSame = (a: PresenceState, b: PresenceState): boolean =>
  a.presence === b.presence && a.statusMsg === b.statusMsg && a.currentlyActive === b.currentlyActive
