// Room IDs: with a server part until room version 11, the hash of the create event since 12.
// spec: appendices #room-ids; rooms/v12 #room-ids

import { isUrlSafeHash } from './event-id.ts'
import type { EventId, RoomId, ServerName } from './identifier-types.ts'
import { isLocalpartAndServer, localpart, serverPart } from './localpart-and-server.ts'

/** A room ID of any room version. */
export function parseRoomId(text: string): RoomId | undefined {
  if (!text.startsWith('!')) return undefined
  if (isUrlSafeHash(text.slice(1))) return text as RoomId
  return isLocalpartAndServer(text, '!') && localpart(text) !== '' ? (text as RoomId) : undefined
}

/**
 * The server that made the room, undefined since room version 12. It only says who chose the name: the room need not be there,
 * so never route, limit or permit by it.
 */
export const serverOfRoomId = (roomId: RoomId): ServerName | undefined =>
  roomId.includes(':') ? serverPart(roomId) : undefined

/** Since v12: the create event that the room ID implies; undefined for a room ID with a server part. */
export const createEventIdOf = (roomId: RoomId): EventId | undefined =>
  roomId.includes(':') ? undefined : (`$${roomId.slice(1)}` as EventId)

/** Since v12: the room ID that a create event implies. */
export const roomIdFromCreate = (createEventId: EventId): RoomId => `!${createEventId.slice(1)}` as RoomId
