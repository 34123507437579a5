// Events before the given ones, the nearest first.
// spec: server-server-api, GET /_matrix/federation/v1/backfill/{roomId}

import { backfillRoom } from '#api/federation/backfill-room.ts'
import { handler } from '../handler.ts'
import { transactionAnswer } from './events-answer.ts'
import type { WithClock, WithRooms } from './federation-modules.ts'

/** 100 events of 64 KiB are 6 MiB: what other servers take in one answer. */
const MOST_EVENTS = 100
/** Servers ask for what they miss at the end of their history: a handful. */
const MOST_STARTS = 50

export const handleBackfillRoom = handler(
  backfillRoom,
  ({ rooms, clock }: WithRooms & WithClock) =>
    async ({ params, query, origin, serverName }) => {
      const roomNid = await rooms.serving.numberFor(params.roomId, origin)
      const limit = Math.min(query.limit, MOST_EVENTS)
      const events = await rooms.serving.historyBefore(roomNid, query.v.slice(0, MOST_STARTS), limit)
      return transactionAnswer(serverName, clock.now(), await rooms.serving.show(events, origin))
    },
)
