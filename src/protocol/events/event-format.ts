// The format of an event, as a table of checks.
// spec: rooms/v1, v3, v4, v6, v11, v12 (event format); client-server-api #size-limits

import { isEventIdOfFormat, isUrlSafeHash, parseRoomId, parseUserId } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, member, objectAt, rawNumberText, stringAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { fitsIn, MAX_AUTH_EVENTS, MAX_IDENTIFIER_BYTES, MAX_PREV_EVENTS } from '#protocol/size-limits/size-limits.ts'
import { hasImpliedRoomId } from './assemble-event.ts'
import { areReferences } from './event-references.ts'

export interface FormatCheck {
  readonly rule: string
  readonly message: string
  readonly holds: (pdu: JsonObject, version: RoomVersion) => boolean
}

export const formatChecks: readonly FormatCheck[] = [
  {
    rule: 'format/type',
    message: 'An event needs a type: a string of at most 255 bytes without NUL.',
    holds: (pdu) => isShortText(member(pdu, 'type')),
  },
  {
    rule: 'format/state-key',
    message: 'A state key is a string of at most 255 bytes without NUL.',
    holds: (pdu) => !Object.hasOwn(pdu, 'state_key') || isShortText(pdu['state_key']),
  },
  {
    rule: 'format/sender',
    message: 'An event needs a sender: a user ID of at most 255 bytes.',
    holds: (pdu) => parseUserId(stringAt(pdu, 'sender') ?? '') !== undefined,
  },
  {
    rule: 'format/room-id',
    message:
      'An event needs the room ID of its room version. Since version 12 the create event has none, and others have its hash.',
    holds: hasRoomId,
  },
  {
    rule: 'format/event-id',
    message: 'In room versions 1 and 2 an event needs an event_id of the form $opaque:server.',
    holds: (pdu, version) =>
      version.eventIdFormat !== 'field' || isEventIdOfFormat(stringAt(pdu, 'event_id') ?? '', version.eventIdFormat),
  },
  {
    rule: 'format/content',
    message: 'The content of an event is an object.',
    holds: (pdu) => objectAt(pdu, 'content') !== undefined,
  },
  {
    rule: 'format/origin-server-ts',
    message: 'An event needs an integer origin_server_ts.',
    holds: (pdu, version) => isInteger(member(pdu, 'origin_server_ts'), version),
  },
  {
    rule: 'format/depth',
    message: 'An event needs a depth: an integer from 0 to 2^53−1, until room version 5 to 2^63−1.',
    holds: (pdu, version) => isDepth(member(pdu, 'depth'), version),
  },
  {
    rule: 'format/auth-events',
    message: 'auth_events lists at most 10 events, in the format of the room version.',
    holds: (pdu, version) => areReferences(member(pdu, 'auth_events'), MAX_AUTH_EVENTS, version),
  },
  {
    rule: 'format/prev-events',
    message: 'prev_events lists at most 20 events, in the format of the room version.',
    holds: (pdu, version) => areReferences(member(pdu, 'prev_events'), MAX_PREV_EVENTS, version),
  },
  {
    rule: 'format/hashes',
    message: 'An event needs its content hash in hashes.sha256.',
    holds: (pdu) => typeof objectAt(pdu, 'hashes')?.['sha256'] === 'string',
  },
  {
    rule: 'format/signatures',
    message: 'signatures maps servers to key IDs to signatures.',
    holds: (pdu) => areSignatures(member(pdu, 'signatures')),
  },
]

/** Short enough, and storable: PostgreSQL has no NUL in texts. */
const isShortText = (value: Json | undefined): boolean =>
  typeof value === 'string' && fitsIn(value, MAX_IDENTIFIER_BYTES) && !value.includes('\0')

function hasRoomId(pdu: JsonObject, version: RoomVersion): boolean {
  if (hasImpliedRoomId(pdu, version)) return !Object.hasOwn(pdu, 'room_id')
  const text = stringAt(pdu, 'room_id')
  if (text === undefined) return false
  if (version.roomIdIsCreateHash) return text[0] === '!' && isUrlSafeHash(text.slice(1))
  return text.includes(':') && parseRoomId(text) !== undefined
}

/** Until v5 integers may be any that fit in 64 bits. */
function isInteger(value: Json | undefined, version: RoomVersion): boolean {
  if (version.strictCanonicalJson) return Number.isSafeInteger(value)
  // 2^53 and its like are integers that a double gives back.
  return typeof value === 'number' ? Number.isInteger(value) && Math.abs(value) < 2 ** 63 : isWideInteger(value)
}

function isWideInteger(value: Json | undefined): boolean {
  const text = value === undefined ? undefined : rawNumberText(value)
  if (text === undefined || !/^-?[0-9]{1,19}$/.test(text)) return false
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text)
}

function isDepth(value: Json | undefined, version: RoomVersion): boolean {
  if (!isInteger(value, version)) return false
  return typeof value === 'number' ? value >= 0 : value !== undefined && !rawNumberText(value)?.startsWith('-')
}

function areSignatures(value: Json | undefined): boolean {
  if (!isObject(value)) return false
  return Object.values(value).every(
    (keys) => isObject(keys) && Object.values(keys).every((signature) => typeof signature === 'string'),
  )
}
