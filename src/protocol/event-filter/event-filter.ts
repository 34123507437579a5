// Filters of /sync, /messages and the like: read once, asked for every event. Face of the folder.
// spec: client-server-api, POST /_matrix/client/v3/user/{userId}/filter; definitions/sync_filter

import { badJson } from '#protocol/errors/errors.ts'
import { isObject, type Json, type JsonObject, member } from '#protocol/json/json.ts'
import { parsePropertyPath } from '#protocol/property-path/property-path.ts'
import { compileEventFields, type FieldPicker } from './event-fields.ts'
import { pathOf, readBoolean, readObject, readStrings } from './filter-parts.ts'
import { type EventFilter, type RoomEventFilter, readEventFilter, readRoomEventFilter, readRooms } from './filters.ts'
import type { NameMatcher } from './name-matcher.ts'

export type { FieldPicker } from './event-fields.ts'
export type { EventFilter, Filterable, FilterableInRoom, RelatedEvent, RoomEventFilter } from './filters.ts'
export { isInlineFilter, limitOf } from './filters.ts'
export type { NameMatcher } from './name-matcher.ts'

export interface RoomFilter {
  /** Applied before the filters below, which can exclude further rooms. */
  readonly includesRoom: NameMatcher
  readonly includeLeave: boolean
  readonly state: RoomEventFilter
  readonly timeline: RoomEventFilter
  readonly ephemeral: RoomEventFilter
  readonly accountData: RoomEventFilter
}

export interface SyncFilter {
  /** Undefined: all fields. */
  readonly pickFields: FieldPicker | undefined
  readonly eventFormat: 'client' | 'federation'
  readonly presence: EventFilter
  readonly accountData: EventFilter
  readonly room: RoomFilter
}

/** Compiles a filter as clients define it. Unknown members are ignored. @throws `M_BAD_JSON` naming the wrong member */
export function parseSyncFilter(value: Json): SyncFilter {
  const object = requireObject(value)
  return {
    pickFields: readFields(object),
    eventFormat: readFormat(object),
    presence: readEventFilter(member(object, 'presence'), 'presence'),
    accountData: readEventFilter(member(object, 'account_data'), 'account_data'),
    room: readRoomFilter(member(object, 'room')),
  }
}

/** Compiles the filter parameter of `/messages`, `/context` and search. @throws `M_BAD_JSON` naming the wrong member */
export const parseRoomEventFilter = (value: Json): RoomEventFilter => readRoomEventFilter(requireObject(value), '')

function requireObject(value: Json): JsonObject {
  if (!isObject(value)) throw badJson('The filter must be a JSON object.')
  return value
}

function readFields(object: JsonObject): FieldPicker | undefined {
  const fields = readStrings(object, 'event_fields', '')
  return fields === undefined ? undefined : compileEventFields(fields.map(parsePropertyPath))
}

function readFormat(object: JsonObject): 'client' | 'federation' {
  const format = member(object, 'event_format')
  if (format === undefined || format === 'client') return 'client'
  if (format === 'federation') return format
  throw badJson('`event_format` of the filter must be "client" or "federation".')
}

function readRoomFilter(value: Json | undefined): RoomFilter {
  const object = readObject(value, 'room')
  const filter = (name: string) => readRoomEventFilter(member(object, name), pathOf('room', name))
  return {
    includesRoom: readRooms(object, 'room'),
    includeLeave: readBoolean(object, 'include_leave', 'room') ?? false,
    state: filter('state'),
    timeline: filter('timeline'),
    ephemeral: filter('ephemeral'),
    accountData: filter('account_data'),
  }
}
