// The threads of a room.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/threads

import { getThreadRoots } from '#api/client/get-thread-roots.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import { parseToken } from '#rooms/rooms.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { eventList, optionalText, readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

/** Threads of a page unless told, and at most. */
const STANDARD = 20
const MOST = 100

export const handleGetThreadRoots = handler(
  getThreadRoots,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params, query, session }) => {
      const request = {
        roomId: params.roomId,
        participated: query.include === 'participated',
        from: query.from === undefined ? undefined : parseToken(query.from),
        limit: Math.max(1, limitOf(query.limit, STANDARD, MOST)),
      }
      const page = await rooms.reading.threads(request, await readerOf(accounts, session))
      return rawJson(`{"chunk":${eventList(page.events)}${optionalText('next_batch', page.end)}}`)
    },
)
