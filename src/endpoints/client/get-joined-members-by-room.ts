// Who is in a room, with names and avatars.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/joined_members

import { getJoinedMembersByRoom } from '#api/client/get-joined-members-by-room.ts'
import { forbidden } from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, stringAt } from '#protocol/json/json.ts'
import { handler } from '../handler.ts'
import { plainReader } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetJoinedMembersByRoom = handler(
  getJoinedMembersByRoom,
  ({ rooms }: WithRooms) =>
    async ({ params, session }) => {
      if ((await rooms.membership(params.roomId, session.userId)) !== 'join') {
        throw forbidden('room/not-a-member', 'You are not in this room. Join it first.')
      }
      const members = await rooms.reading.joinedMembers(params.roomId, plainReader(session))
      const joined: { [userId: UserId]: { display_name?: string; avatar_url?: string } } = {}
      for (const { event } of members) joined[event.stateKey as UserId] = shortForm(event.content)
      return { joined }
    },
)

function shortForm(content: JsonObject): { display_name?: string; avatar_url?: string } {
  const [name, avatar] = [stringAt(content, 'displayname'), stringAt(content, 'avatar_url')]
  return { ...(name !== undefined && { display_name: name }), ...(avatar !== undefined && { avatar_url: avatar }) }
}
