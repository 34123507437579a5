// The event of a room nearest to a point in time.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/timestamp_to_event

import { getEventByTimestamp } from '#api/client/get-event-by-timestamp.ts'
import { handler } from '../handler.ts'
import { plainReader } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetEventByTimestamp = handler(
  getEventByTimestamp,
  ({ rooms }: WithRooms) =>
    async ({ params, query, session, http }) => {
      const asked = { roomId: params.roomId, time: query.ts, direction: query.dir }
      const { event } = await rooms.discovery.eventNear(asked, plainReader(session), http.signal)
      return { event_id: event.eventId, origin_server_ts: event.originServerTs }
    },
)
