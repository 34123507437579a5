// The event of a room nearest to a point in time, of our history.
// spec: server-server-api, GET /_matrix/federation/v1/timestamp_to_event/{roomId}

import { getEventByTimestamp } from '#api/federation/get-event-by-timestamp.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'

export const handleGetEventByTimestamp = handler(
  getEventByTimestamp,
  ({ rooms }: WithRooms) =>
    async ({ params: { roomId }, query, origin }) => {
      await rooms.serving.numberFor(roomId, origin)
      const { event } = await rooms.discovery.eventNearForServer({ roomId, time: query.ts, direction: query.dir })
      return { event_id: event.eventId, origin_server_ts: event.originServerTs }
    },
)
