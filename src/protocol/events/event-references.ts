// The events that an event refers to: plain IDs since v3, pairs of ID and hash before.
// spec: rooms/v1, v3, v4 (event format)

import { type EventId, isEventIdOfFormat } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'

/** True for an array of at most `limit` references in the format of the room version. */
export function areReferences(value: Json | undefined, limit: number, version: RoomVersion): boolean {
  if (!Array.isArray(value) || value.length > limit) return false
  return value.every((item) => isReference(item, version))
}

function isReference(item: Json, version: RoomVersion): boolean {
  if (version.eventIdFormat !== 'field') return isId(item, version)
  return Array.isArray(item) && item.length === 2 && isId(item[0], version) && isObject(item[1])
}

const isId = (value: Json | undefined, version: RoomVersion): boolean =>
  typeof value === 'string' && isEventIdOfFormat(value, version.eventIdFormat)

/** The IDs in a checked array of references. */
export function referencedIds(value: Json | undefined, version: RoomVersion): readonly EventId[] {
  if (version.eventIdFormat !== 'field') return value as EventId[]
  return (value as Json[][]).map((pair) => pair[0] as EventId)
}

/** References as they stand on the wire. `hashes`: reference hashes by event ID, sent in v1 and v2 where they are known. */
export function referencesTo(
  ids: readonly EventId[],
  version: RoomVersion,
  hashes: ReadonlyMap<EventId, string> | undefined,
): Json[] {
  if (version.eventIdFormat !== 'field') return [...ids]
  return ids.map((id) => {
    const sha256 = hashes?.get(id)
    const known: JsonObject = sha256 === undefined ? {} : { sha256 }
    return [id, known]
  })
}
