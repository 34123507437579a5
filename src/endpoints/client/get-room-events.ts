// Pages through the history of a room.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/messages

import { getRoomEvents } from '#api/client/get-room-events.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import { parseToken } from '#rooms/rooms.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { filterInQuery } from './filter-in-query.ts'
import { eventList, optionalText, readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

/** Events of a page unless told, as the specification says, and at most: what a client shows in some screens. */
const STANDARD = 10
const MOST = 500

export const handleGetRoomEvents = handler(
  getRoomEvents,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params, query, session }) => {
      const filter = filterInQuery(query.filter)
      const request = {
        roomId: params.roomId,
        direction: query.dir,
        from: query.from === undefined || query.from === '' ? undefined : parseToken(query.from),
        to: query.to === undefined ? undefined : parseToken(query.to),
        limit: limitOf(query.limit ?? filter?.limit, STANDARD, MOST),
        filter,
      }
      const page = await rooms.page(request, await readerOf(accounts, session))
      const state = page.state.length > 0 ? `,"state":${eventList(page.state)}` : ''
      return rawJson(
        `{"chunk":${eventList(page.events)},"start":${JSON.stringify(page.start)}${optionalText('end', page.end)}${state}}`,
      )
    },
)
