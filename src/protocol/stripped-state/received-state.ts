// State that another server sends with an invitation or after a knock: checked, and pruned to the stripped form.
// spec: server-server-api, PUT /_matrix/federation/v2/invite/{roomId}/{eventId}, PUT /_matrix/federation/v1/send_knock

import { invalidParam, type MatrixError, missingParam } from '#protocol/errors/errors.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import { parseUserId, type RoomId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, member, objectAt, stringAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import type { StrippedEvent } from './stripped-event.ts'

/** The specification names eight; servers add some. More would be a burden put on our storage by a stranger. */
const maxEntries = 50
/** No event is larger, so no stripped event is. In UTF-16 units, which are never more than the bytes. */
const maxEntryLength = 65_536

export interface ReceivedStateParts {
  /** `invite_room_state` or `knock_room_state` as received; undefined if absent. */
  readonly entries: Json | undefined
  readonly roomId: RoomId
  readonly version: RoomVersion
  /** Reads a PDU of the room's version and answers with the event only if its signatures are valid. */
  readonly read: (pdu: JsonObject) => RoomEvent | undefined
}

export interface ReceivedState {
  readonly events: readonly StrippedEvent[]
  /** The create event, if it came as a whole PDU. */
  readonly create: RoomEvent | undefined
}

/**
 * State that comes with an invitation. Since v12 every entry must be a valid PDU of this room and the create event among them;
 * before, what is invalid is left out, because servers older than v1.16 send stripped events.
 */
export function requireReceivedState(parts: ReceivedStateParts): { ok: ReceivedState } | { refused: MatrixError } {
  if (!isStrict(parts.version)) return { ok: keepReceivedState(parts) }
  if (parts.entries === undefined) {
    return {
      refused: missingParam('`invite_room_state` is missing. Send the create event and what describes the room.'),
    }
  }
  if (!Array.isArray(parts.entries) || parts.entries.length > maxEntries) {
    return { refused: invalidParam(`\`invite_room_state\` must be a list of at most ${maxEntries} events.`) }
  }
  const state = keepReceivedState(parts)
  if (state.create === undefined) {
    return { refused: invalidParam('`invite_room_state` lacks the create event of the room. Send it as a signed PDU.') }
  }
  if (state.events.length < parts.entries.length) {
    return {
      refused: invalidParam('`invite_room_state` has an entry that is no valid, signed state event of this room.'),
    }
  }
  return { ok: state }
}

/** State that comes after a knock, and with invitations to older rooms: what is valid is kept, the rest left out. */
export function keepReceivedState(parts: ReceivedStateParts): ReceivedState {
  const entries = Array.isArray(parts.entries) ? parts.entries.slice(0, maxEntries) : []
  const kept = new Map<string, StrippedEvent>()
  let create: RoomEvent | undefined
  for (const entry of entries) {
    const read = isObject(entry) ? readEntry(entry, parts) : undefined
    if (read === undefined) continue
    const key = `${read.stripped.type}\0${read.stripped.state_key}`
    if (kept.has(key)) continue // the first counts
    kept.set(key, read.stripped)
    if (read.stripped.type === 'm.room.create' && read.stripped.state_key === '') create = read.event
  }
  return { events: [...kept.values()], create }
}

/** Since v12 room IDs are hashes, and the checks of state with invitations are asked for. */
const isStrict = (version: RoomVersion): boolean => version.roomIdIsCreateHash

interface ReadEntry {
  readonly stripped: StrippedEvent
  readonly event?: RoomEvent
}

function readEntry(entry: JsonObject, parts: ReceivedStateParts): ReadEntry | undefined {
  const isPdu = member(entry, 'signatures') !== undefined || member(entry, 'hashes') !== undefined
  return isPdu || isStrict(parts.version) ? readPdu(entry, parts) : readStripped(entry, parts.roomId)
}

function readPdu(entry: JsonObject, { read, roomId }: ReceivedStateParts): ReadEntry | undefined {
  const event = read(entry)
  if (event === undefined || event.roomId !== roomId || event.stateKey === undefined) return undefined
  const { type, stateKey, sender, content } = event
  return { event, stripped: { type, state_key: stateKey, sender, content } }
}

function readStripped(entry: JsonObject, roomId: RoomId): ReadEntry | undefined {
  const type = stringAt(entry, 'type')
  const stateKey = stringAt(entry, 'state_key')
  const sender = stringAt(entry, 'sender')
  const content = objectAt(entry, 'content')
  if (type === undefined || stateKey === undefined || sender === undefined || content === undefined) return undefined
  if (parseUserId(sender) === undefined || (stringAt(entry, 'room_id') ?? roomId) !== roomId) return undefined
  const stripped = { type, state_key: stateKey, sender, content }
  return JSON.stringify(stripped).length > maxEntryLength ? undefined : { stripped }
}
