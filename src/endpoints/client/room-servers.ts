// The room that a client names, and the servers through which it can be entered.
// spec: client-server-api #joining-rooms (via), appendices #routing

import { notFound } from '#protocol/errors/errors.ts'
import {
  type RoomAlias,
  type RoomId,
  type ServerName,
  serverNameOf,
  serverOfRoomId,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'

export interface NamedRoom {
  readonly roomId: RoomId
  /** The likeliest first. */
  readonly servers: readonly ServerName[]
}

/** Servers that a client may name: more would only make it wait longer. */
const MOST_VIA = 20

/**
 * Servers that the client names, then those of the alias, then the inviter's, then the one that chose the room's ID (none since v12).
 *
 * @throws 404 `M_NOT_FOUND` for an alias that nobody knows.
 */
export async function namedRoom(
  rooms: Rooms,
  name: RoomId | RoomAlias,
  via: readonly ServerName[],
  signal: AbortSignal,
): Promise<NamedRoom> {
  const given = via.slice(0, MOST_VIA)
  if (!isAlias(name)) return { roomId: name, servers: given }
  const target = await rooms.aliases.find(name, signal)
  if (target === undefined) throw notFound('There is no room with this alias. Check its spelling.')
  return { roomId: target.roomId, servers: [...given, ...target.servers] }
}

/** With the servers that an invite or the room's ID speak of. */
export async function likelyServers(rooms: Rooms, { roomId, servers }: NamedRoom, userId: UserId) {
  const invite = await rooms.roomOf(roomId, userId)
  const event = invite && (await rooms.eventsByNid([invite.eventNid])).get(invite.eventNid)
  const inviter = event === undefined ? [] : [serverNameOf(event.event.sender)]
  const namer = serverOfRoomId(roomId) ?? []
  return [...new Set([...servers, ...inviter].concat(namer))]
}

const isAlias = (name: RoomId | RoomAlias): name is RoomAlias => name.startsWith('#')
