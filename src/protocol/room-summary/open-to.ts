// To whom a room may be told: to everyone, or to the members of other rooms.
// spec: client-server-api, GET /rooms/{roomId}/hierarchy (which rooms are returned), #restricted-rooms, #knocking-rooms

import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import type { RoomSummary } from './summary.ts'

/** Anyone may join it, knock on it or read it. */
export function isOpenToAll({ joinRule, worldReadable, roomVersion: id }: RoomSummary): boolean {
  if (worldReadable || joinRule === 'public') return true
  if (joinRule !== 'knock' && joinRule !== 'knock_restricted') return false
  const version = roomVersion(id ?? '')
  // A version that we do not know: the server that told us of it does.
  if (version === undefined) return true
  return joinRule === 'knock' ? version.knocking : version.knockRestrictedJoin
}

/** The rooms whose members may join: none unless the room's version has such rules. */
export function canAdmit({ allowedRoomIds, roomVersion: id }: RoomSummary): readonly RoomId[] {
  return (roomVersion(id ?? '')?.restrictedJoin ?? true) ? allowedRoomIds : []
}
