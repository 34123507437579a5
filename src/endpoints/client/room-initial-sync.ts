// A room as it is now, from before `/sync`; also for those who only look into it.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/initialSync

import { roomInitialSync } from '#api/client/room-initial-sync.ts'
import { limitOf } from '#protocol/event-filter/event-filter.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { MOST_MESSAGES, STANDARD_MESSAGES } from './former-sync.ts'
import { eventList, optionalText, readerOf } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleRoomInitialSync = handler(
  roomInitialSync,
  ({ accounts, rooms }: WithRooms) =>
    async ({ params: { roomId }, query, session }) => {
      const reader = await readerOf(accounts, session)
      const limit = limitOf(query.limit, STANDARD_MESSAGES, MOST_MESSAGES)
      const newest = { roomId, direction: 'b', from: undefined, to: undefined, limit, filter: undefined } as const
      const page = await rooms.page(newest, reader)
      const [state, data, membership, isPublished] = await Promise.all([
        rooms.reading.state(roomId, reader),
        accounts.accountData.ofRoom(session.userId, roomId),
        rooms.membership(roomId, session.userId),
        rooms.isPublished(roomId),
      ])
      const entries = data.map(({ type, content }) => `{"type":${JSON.stringify(type)},"content":${content}}`)
      const members = [
        `"room_id":${JSON.stringify(roomId)}${optionalText('membership', membership)}`,
        `"messages":{"chunk":${eventList(page.events.toReversed())},"end":"${page.start}"${optionalText('start', page.end)}}`,
        `"state":${eventList(state)}`,
        `"visibility":"${isPublished ? 'public' : 'private'}"`,
        `"account_data":[${entries}]`,
      ]
      return rawJson(`{${members}}`)
    },
)
