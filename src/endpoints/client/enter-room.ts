// Joining, by whichever endpoint: who may, with which profile, through whom.
// spec: client-server-api #joining-rooms; modules/guest_access.md (server behaviour)

import { refuseSuspended, type Session } from '#accounts/accounts.ts'
import { forbidden } from '#protocol/errors/errors.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import { memberContent } from './member-content.ts'
import { likelyServers, type NamedRoom } from './room-servers.ts'
import type { WithRooms } from './rooms-modules.ts'

export async function enterRoom(
  { accounts, rooms }: WithRooms,
  session: Session,
  room: NamedRoom,
  reason: string | undefined,
): Promise<{ room_id: RoomId }> {
  const { roomId } = room
  const { userId } = session
  refuseSuspended(session)
  if ((await rooms.isResident(roomId)) && (await rooms.membership(roomId, userId)) === 'join') {
    return { room_id: roomId }
  }
  if (session.isGuest) await refuseUnlessOpenToGuests(rooms, roomId)
  const servers = await likelyServers(rooms, room, userId)
  await rooms.join({ roomId, userId, servers, content: await memberContent(accounts, userId, reason) })
  return { room_id: roomId }
}

async function refuseUnlessOpenToGuests(rooms: Rooms, roomId: RoomId): Promise<void> {
  const key = { type: 'm.room.guest_access', stateKey: '' }
  const state = (await rooms.isResident(roomId)) ? await rooms.currentState(roomId, [key]) : undefined
  if (state?.get(key.type, key.stateKey)?.content['guest_access'] === 'can_join') return
  throw forbidden('join/guest', 'This room is not open to guests. Register an account first.')
}
