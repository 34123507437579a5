// One event of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/event/{eventId}

import { getOneRoomEvent } from '#api/client/get-one-room-event.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetOneRoomEvent = handler(
  getOneRoomEvent,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params, session }) => {
      const { json } = await rooms.reading.event(params.roomId, params.eventId, await readerOf(accounts, session))
      return rawJson(json)
    },
)
