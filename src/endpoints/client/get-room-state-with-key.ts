// One piece of a room's state.
// spec: client-server-api, GET /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}

import { getRoomStateWithKey } from '#api/client/get-room-state-with-key.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { plainReader } from './room-reader.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetRoomStateWithKey = handler(
  getRoomStateWithKey,
  ({ rooms }: WithRooms) =>
    async ({ params, query, session }) => {
      const key = { type: params.eventType, stateKey: params.stateKey }
      const { json, known } = await rooms.reading.stateEvent(params.roomId, key, plainReader(session))
      if (query.format === 'event') return rawJson(json)
      // What is redacted is shown as it is left; otherwise the content is at hand.
      return known.redactedBy === undefined ? known.event.content : JSON.parse(json).content
    },
)
