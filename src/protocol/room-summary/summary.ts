// The summary of a room: made of its state, written for others, and read from them.
// spec: client-server-api, definitions/room_summary, definitions/public_rooms_chunk

import { parseRoomAlias, parseRoomId, type RoomAlias, type RoomId } from '#protocol/identifiers/identifiers.ts'
import {
  arrayAt,
  booleanAt,
  integerAt,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  stringAt,
} from '#protocol/json/json.ts'

export interface RoomSummary {
  readonly roomId: RoomId
  readonly joined: number
  readonly joinRule: string
  readonly worldReadable: boolean
  readonly guestsMayJoin: boolean
  /** Members of these rooms are let in: of rooms with a restricted join rule; else none. */
  readonly allowedRoomIds: readonly RoomId[]
  readonly roomVersion: string | undefined
  readonly roomType: string | undefined
  readonly name: string | undefined
  readonly topic: string | undefined
  readonly avatarUrl: string | undefined
  readonly canonicalAlias: RoomAlias | undefined
  readonly encryption: string | undefined
}

/** The state that a summary is made of. */
export const summaryKeys = [
  'm.room.create',
  'm.room.join_rules',
  'm.room.history_visibility',
  'm.room.guest_access',
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.canonical_alias',
  'm.room.encryption',
].map((type) => ({ type, stateKey: '' }))

/** Rooms that a join rule names: more are not told. */
const MOST_ALLOWED = 100
/** Characters of a text that are told: a list of rooms with topics of 64 KB would be of no use to anybody. */
const LONGEST_TEXT = 8_000

/** A state, whole or stripped: of its events only the content is looked at. */
export interface SummaryState {
  get(type: string, stateKey: string): { readonly content: JsonObject } | undefined
}

export function summaryOf(
  room: { readonly roomId: RoomId; readonly roomVersion: string; readonly joined: number },
  state: SummaryState,
): RoomSummary {
  const content = (type: string): JsonObject => state.get(type, '')?.content ?? {}
  const rules = content('m.room.join_rules')
  const joinRule = stringAt(rules, 'join_rule') ?? 'invite'
  return {
    ...room,
    joinRule,
    worldReadable: stringAt(content('m.room.history_visibility'), 'history_visibility') === 'world_readable',
    guestsMayJoin: stringAt(content('m.room.guest_access'), 'guest_access') === 'can_join',
    allowedRoomIds: isRestricted(joinRule) ? allowedRooms(rules) : [],
    roomType: stringAt(content('m.room.create'), 'type'),
    name: textAt(content('m.room.name'), 'name'),
    topic: plainTopic(content('m.room.topic')),
    avatarUrl: textAt(content('m.room.avatar'), 'url'),
    canonicalAlias: parseRoomAlias(stringAt(content('m.room.canonical_alias'), 'alias') ?? ''),
    encryption: textAt(content('m.room.encryption'), 'algorithm'),
  }
}

const isRestricted = (joinRule: string): boolean => joinRule === 'restricted' || joinRule === 'knock_restricted'

function allowedRooms(rules: JsonObject): RoomId[] {
  const conditions = (arrayAt(rules, 'allow') ?? []).slice(0, MOST_ALLOWED)
  return conditions.flatMap((condition): RoomId[] => {
    if (!isObject(condition) || stringAt(condition, 'type') !== 'm.room_membership') return []
    const roomId = parseRoomId(stringAt(condition, 'room_id') ?? '')
    return roomId === undefined ? [] : [roomId]
  })
}

/** Since v1.15 `m.topic` holds the topic in several forms: the plain one is told. Without it, `topic`. */
function plainTopic(content: JsonObject): string | undefined {
  const forms = arrayAt(objectAt(content, 'm.topic') ?? {}, 'm.text')
  if (forms === undefined) return textAt(content, 'topic')
  const plain = forms.filter(isObject).find((form) => (stringAt(form, 'mimetype') ?? 'text/plain') === 'text/plain')
  return plain && textAt(plain, 'body')
}

/** An empty name is none. */
function textAt(content: JsonObject, key: string): string | undefined {
  const text = stringAt(content, key)
  return text === '' ? undefined : text?.slice(0, LONGEST_TEXT)
}

/** As a directory has it. */
export const publicRoomJson = (summary: RoomSummary) => ({
  room_id: summary.roomId,
  num_joined_members: summary.joined,
  join_rule: summary.joinRule,
  world_readable: summary.worldReadable,
  guest_can_join: summary.guestsMayJoin,
  ...(summary.roomType !== undefined && { room_type: summary.roomType }),
  ...(summary.name !== undefined && { name: summary.name }),
  ...(summary.topic !== undefined && { topic: summary.topic }),
  ...(summary.avatarUrl !== undefined && { avatar_url: summary.avatarUrl }),
  ...(summary.canonicalAlias !== undefined && { canonical_alias: summary.canonicalAlias }),
})

/** As summaries and spaces have it. */
export const summaryJson = (summary: RoomSummary) => ({
  ...publicRoomJson(summary),
  ...(summary.allowedRoomIds.length > 0 && { allowed_room_ids: [...summary.allowedRoomIds] }),
  ...(summary.encryption !== undefined && { encryption: summary.encryption }),
  ...(summary.roomVersion !== undefined && { room_version: summary.roomVersion }),
})

/** Reads what another server tells; undefined when it is none. "When not present, the room is assumed to be `public`." */
export function readSummary(json: Json | undefined): RoomSummary | undefined {
  if (!isObject(json)) return undefined
  const roomId = parseRoomId(stringAt(json, 'room_id') ?? '')
  if (roomId === undefined) return undefined
  const allowed = (arrayAt(json, 'allowed_room_ids') ?? []).slice(0, MOST_ALLOWED)
  return {
    roomId,
    joined: Math.max(0, integerAt(json, 'num_joined_members') ?? 0),
    joinRule: stringAt(json, 'join_rule') ?? 'public',
    worldReadable: booleanAt(json, 'world_readable') ?? false,
    guestsMayJoin: booleanAt(json, 'guest_can_join') ?? false,
    allowedRoomIds: allowed.flatMap((id) => (typeof id === 'string' ? (parseRoomId(id) ?? []) : [])),
    roomVersion: textAt(json, 'room_version'),
    roomType: textAt(json, 'room_type'),
    name: textAt(json, 'name'),
    topic: textAt(json, 'topic'),
    avatarUrl: textAt(json, 'avatar_url'),
    canonicalAlias: parseRoomAlias(stringAt(json, 'canonical_alias') ?? ''),
    // The name that it had before v1.15.
    encryption: textAt(json, 'encryption') ?? textAt(json, 'im.nheko.summary.encryption'),
  }
}
