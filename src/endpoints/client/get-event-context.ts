// What was said before and after an event.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/context/{eventId}

import { getEventContext } from '#api/client/get-event-context.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { filterInQuery } from './filter-in-query.ts'
import { eventList, readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

/** Events around the one asked for: unless told, as the specification says, and at most. */
const STANDARD = 10
const MOST = 100

export const handleGetEventContext = handler(
  getEventContext,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params, query, session }) => {
      const filter = filterInQuery(query.filter)
      const limit = limitOf(query.limit ?? filter?.limit, STANDARD, MOST)
      const around = await rooms.surroundings({ ...params, limit, filter }, await readerOf(accounts, session))
      const members = [
        `"event":${around.event.json}`,
        `"events_before":${eventList(around.before)}`,
        `"events_after":${eventList(around.after)}`,
        `"start":${JSON.stringify(around.start)}`,
        `"end":${JSON.stringify(around.end)}`,
        `"state":${eventList(around.state)}`,
      ]
      return rawJson(`{${members.join(',')}}`)
    },
)
