// All state of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/state

import { getRoomState } from '#api/client/get-room-state.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { eventList, plainReader } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetRoomState = handler(
  getRoomState,
  ({ rooms }: WithRooms) =>
    async ({ params, session }) =>
      rawJson(eventList(await rooms.reading.state(params.roomId, plainReader(session)))),
)
