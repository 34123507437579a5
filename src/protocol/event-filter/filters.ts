// Filters of events: by type and sender, and in rooms by room, content and relationships.
// spec: client-server-api, definitions/event_filter, room_event_filter; modules/threading.md; proposals/3874

import { type Json, type JsonObject, member } from '#protocol/json/json.ts'
import { relationOf } from '#protocol/relations/relations.ts'
import { readBoolean, readLimit, readObject, readStrings } from './filter-parts.ts'
import { compileNames, type NameMatcher } from './name-matcher.ts'

/** What a filter looks at. Account data has no sender; presence has the user it is about. */
export interface Filterable {
  readonly type: string
  readonly sender?: string
}

export interface FilterableInRoom extends Filterable {
  readonly content: JsonObject
}

export interface EventFilter {
  /** As asked; the caller puts a default and a maximum to it. */
  readonly limit: number | undefined
  readonly matches: (event: Filterable) => boolean
  /** For queries that can leave out in the database what would not match: types as asked, patterns among them. */
  readonly types: readonly string[] | undefined
  readonly notTypes: readonly string[] | undefined
}

/** A child of an event: asked for only where `relatedBy` is set. */
export interface RelatedEvent {
  readonly relType: string
  readonly sender: string
}

export interface RoomEventFilter {
  readonly limit: number | undefined
  readonly types: readonly string[] | undefined
  readonly notTypes: readonly string[] | undefined
  readonly matches: (event: FilterableInRoom) => boolean
  readonly includesRoom: NameMatcher
  /** Set: only events with a child that satisfies it. The children are fetched by the caller. */
  readonly relatedBy: ((child: RelatedEvent) => boolean) | undefined
  readonly lazyLoadMembers: boolean
  readonly includeRedundantMembers: boolean
  readonly unreadThreadNotifications: boolean
}

/** Reads a filter of events outside rooms. @throws `M_BAD_JSON` naming the member */
export function readEventFilter(value: Json | undefined, where: string): EventFilter {
  const object = readObject(value, where)
  const { type, sender, ...lists } = readTypeAndSender(object, where)
  return { ...lists, matches: (event) => type(event.type) && sender(event.sender) }
}

/** Reads a filter of events in rooms, also that of `/messages` and `/context`. @throws `M_BAD_JSON` naming the member */
export function readRoomEventFilter(value: Json | undefined, where: string): RoomEventFilter {
  const object = readObject(value, where)
  const { type, sender, ...lists } = readTypeAndSender(object, where)
  const content = readContentCheck(object, where)
  return {
    ...lists,
    matches: (event) => type(event.type) && sender(event.sender) && content(event.content),
    includesRoom: readRooms(object, where),
    relatedBy: readRelatedBy(object, where),
    lazyLoadMembers: readBoolean(object, 'lazy_load_members', where) ?? false,
    includeRedundantMembers: readBoolean(object, 'include_redundant_members', where) ?? false,
    unreadThreadNotifications: readBoolean(object, 'unread_thread_notifications', where) ?? false,
  }
}

/** `rooms` and `not_rooms`. */
export const readRooms = (object: JsonObject, where: string): NameMatcher =>
  compileNames(readStrings(object, 'rooms', where, '!'), readStrings(object, 'not_rooms', where, '!'), false)

function readTypeAndSender(object: JsonObject, where: string) {
  const types = readStrings(object, 'types', where)
  const notTypes = readStrings(object, 'not_types', where)
  const senders = readStrings(object, 'senders', where, '@')
  const notSenders = readStrings(object, 'not_senders', where, '@')
  return {
    limit: readLimit(object, where),
    types,
    notTypes,
    type: compileNames(types, notTypes, true),
    sender: compileNames(senders, notSenders, false),
  }
}

type ContentCheck = (content: JsonObject) => boolean

function readContentCheck(object: JsonObject, where: string): ContentCheck {
  const url = readBoolean(object, 'contains_url', where)
  const relTypes = readRelTypes(object, where)
  if (url === undefined) return relTypes ?? (() => true)
  const hasUrl: ContentCheck = (content) => (member(content, 'url') !== undefined) === url
  return relTypes === undefined ? hasUrl : (content) => hasUrl(content) && relTypes(content)
}

/** Proposal 3874, by its unstable names too, which are those that clients send. */
function readRelTypes(object: JsonObject, where: string): ContentCheck | undefined {
  const named = (name: string) =>
    readStrings(object, name, where) ?? readStrings(object, `org.matrix.msc3874.${name}`, where)
  const include = named('rel_types')
  const exclude = named('not_rel_types')
  if (include === undefined && exclude === undefined) return undefined
  const relType = compileNames(include, exclude, false)
  return (content) => relType(relationOf(content)?.relType)
}

function readRelatedBy(object: JsonObject, where: string): ((child: RelatedEvent) => boolean) | undefined {
  const senders = readStrings(object, 'related_by_senders', where, '@')
  const relTypes = readStrings(object, 'related_by_rel_types', where)
  if (senders === undefined && relTypes === undefined) return undefined
  const sender = compileNames(senders, undefined, false)
  const relType = compileNames(relTypes, undefined, false)
  return (child) => relType(child.relType) && sender(child.sender)
}

/** Whether a text is a filter itself (`{…}`) and not the ID of one: IDs never start with a brace. */
export const isInlineFilter = (text: string): boolean => text.startsWith('{')

/** The number of events to give: `limit`, or `standard` if none was asked, and never more than `most`. */
export const limitOf = (limit: number | undefined, standard: number, most: number): number =>
  Math.min(limit ?? standard, most)
