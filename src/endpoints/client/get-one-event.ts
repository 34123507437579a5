// One event, by its ID alone.
// spec: client-server-api, GET /_matrix/client/v3/events/{eventId}

import { getOneEvent } from '#api/client/get-one-event.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetOneEvent = handler(
  getOneEvent,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params: { eventId }, session }) => {
      const roomId = (await rooms.event(eventId))?.event.roomId
      if (roomId === undefined) throw notFound('There is no such event, or you may not see it.')
      const { json } = await rooms.reading.event(roomId, eventId, await readerOf(accounts, session))
      return rawJson(json)
    },
)
