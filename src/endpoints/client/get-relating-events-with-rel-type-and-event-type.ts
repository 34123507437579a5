// Events of one type that relate to an event in one way.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}

import { getRelatingEventsWithRelTypeAndEventType } from '#api/client/get-relating-events-with-rel-type-and-event-type.ts'
import { handler } from '../handler.ts'
import { relatedAnswer } from './related-answer.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetRelatingEventsWithRelTypeAndEventType = handler(
  getRelatingEventsWithRelTypeAndEventType,
  (modules: WithRooms) => (call) => relatedAnswer(modules, call),
)
