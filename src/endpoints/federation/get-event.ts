// One event.
// spec: server-server-api, GET /_matrix/federation/v1/event/{eventId}

import { getEvent } from '#api/federation/get-event.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import { transactionAnswer } from './events-answer.ts'
import type { WithClock, WithRooms } from './federation-modules.ts'

export const handleGetEvent = handler(
  getEvent,
  ({ rooms, clock }: WithRooms & WithClock) =>
    async ({ params, origin, serverName }) => {
      const known = await rooms.event(params.eventId)
      if (!known) throw notFound('The event is not known here. Ask another server in the room.')
      await rooms.serving.numberFor(known.event.roomId, origin)
      return transactionAnswer(serverName, clock.now(), await rooms.serving.show([known], origin))
    },
)
