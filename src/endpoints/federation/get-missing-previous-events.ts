// What lies between events that another server has and those that it was sent.
// spec: server-server-api, POST /_matrix/federation/v1/get_missing_events/{roomId}

import { getMissingPreviousEvents } from '#api/federation/get-missing-previous-events.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { jsonList } from './events-answer.ts'
import type { WithRooms } from './federation-modules.ts'

const LIMIT = 10
const MOST_EVENTS = 100
/** More than a room has ends in good faith. */
const MOST_ENDS = 100

export const handleGetMissingPreviousEvents = handler(
  getMissingPreviousEvents,
  ({ rooms }: WithRooms) =>
    async ({ params, body, origin }) => {
      const roomNid = await rooms.serving.numberFor(params.roomId, origin)
      const events = await rooms.serving.eventsBetween(roomNid, {
        earliest: body.earliest_events.slice(0, MOST_ENDS),
        latest: body.latest_events.slice(0, MOST_ENDS),
        limit: Math.min(body.limit ?? LIMIT, MOST_EVENTS),
        minDepth: body.min_depth ?? 0,
      })
      return rawJson(`{"events":${jsonList(await rooms.serving.show(events, origin))}}`)
    },
)
