// The membership events of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/members

import { getMembersByRoom } from '#api/client/get-members-by-room.ts'
import { parseToken } from '#rooms/rooms.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { eventList, plainReader } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetMembersByRoom = handler(
  getMembersByRoom,
  ({ rooms }: WithRooms) =>
    async ({ params, query, session }) => {
      const request = {
        roomId: params.roomId,
        at: query.at === undefined ? undefined : parseToken(query.at),
        membership: query.membership,
        notMembership: query.not_membership,
      }
      return rawJson(`{"chunk":${eventList(await rooms.reading.members(request, plainReader(session)))}}`)
    },
)
