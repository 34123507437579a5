// The links of a space to its rooms: which are valid, in which order they stand, and their form on the wire.
// spec: client-server-api/modules/spaces.md #mspacechild-relationship, #ordering-of-children-within-a-space

import type { RoomEvent } from '#protocol/events/events.ts'
import {
  parseRoomId,
  parseServerName,
  parseUserId,
  type RoomId,
  type ServerName,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { integerAt, isObject, type Json, type JsonObject, objectAt, stringAt, stringsAt } from '#protocol/json/json.ts'
import { type RoomSummary, summaryJson } from './summary.ts'

export interface ChildLink {
  readonly roomId: RoomId
  /** At least one: a link without servers is none. */
  readonly via: readonly ServerName[]
  readonly suggested: boolean
  /** Undefined: stands behind those that have one. */
  readonly order: string | undefined
  readonly sender: UserId
  readonly originServerTs: number
  readonly content: JsonObject
}

/** A room with its links; none for rooms that are no spaces. Undefined: it was not told. */
export interface SpaceRoom extends RoomSummary {
  readonly children: readonly ChildLink[] | undefined
}

/** Servers of a link that are looked at. */
const MOST_VIA = 20
/** "Strings of printable ASCII, at most 50 characters"; others count as absent. */
const validOrder = /^[\x20-\x7e]{0,50}$/

interface LinkParts {
  readonly stateKey: string
  readonly sender: UserId
  readonly originServerTs: number
  readonly content: JsonObject
}

function linkOf({ stateKey, sender, originServerTs, content }: LinkParts): ChildLink | undefined {
  const roomId = parseRoomId(stateKey)
  const via = (stringsAt(content, 'via') ?? []).slice(0, MOST_VIA).flatMap((name) => parseServerName(name) ?? [])
  if (roomId === undefined || via.length === 0) return undefined
  const order = stringAt(content, 'order')
  return {
    roomId,
    via,
    suggested: content['suggested'] === true,
    order: order !== undefined && validOrder.test(order) ? order : undefined,
    sender,
    originServerTs,
    content,
  }
}

/** The link that an `m.space.child` event makes; undefined: none. */
export const childOf = ({ stateKey = '', sender, originServerTs, content }: RoomEvent): ChildLink | undefined =>
  linkOf({ stateKey, sender, originServerTs, content })

/** Reads a link that another server tells. */
export function readChild(json: Json): ChildLink | undefined {
  if (!isObject(json) || stringAt(json, 'type') !== 'm.space.child') return undefined
  const sender = parseUserId(stringAt(json, 'sender') ?? '')
  const originServerTs = integerAt(json, 'origin_server_ts')
  const content = objectAt(json, 'content')
  const stateKey = stringAt(json, 'state_key')
  if (sender === undefined || originServerTs === undefined || content === undefined || stateKey === undefined)
    return undefined
  return linkOf({ stateKey, sender, originServerTs, content })
}

export const childJson = ({ roomId, sender, originServerTs, content }: ChildLink) => ({
  type: 'm.space.child',
  state_key: roomId,
  sender,
  content,
  origin_server_ts: originServerTs,
})

/** As hierarchies have it. */
export const spaceRoomJson = (room: SpaceRoom) => ({
  ...summaryJson(room),
  children_state: (room.children ?? []).map(childJson),
})

/** Those with an `order` first, by it; then by time; then by room ID. */
export const inOrder = (links: readonly ChildLink[]): ChildLink[] => [...links].sort(compare)

function compare(a: ChildLink, b: ChildLink): number {
  if (a.order !== b.order) {
    if (a.order === undefined) return 1
    if (b.order === undefined) return -1
    return a.order < b.order ? -1 : 1
  }
  if (a.originServerTs !== b.originServerTs) return a.originServerTs - b.originServerTs
  return a.roomId < b.roomId ? -1 : a.roomId > b.roomId ? 1 : 0
}
