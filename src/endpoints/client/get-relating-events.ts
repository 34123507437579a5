// Events that relate to an event.
// spec: client-server-api, GET /_matrix/client/v1/rooms/{roomId}/relations/{eventId}

import { getRelatingEvents } from '#api/client/get-relating-events.ts'
import { handler } from '../handler.ts'
import { relatedAnswer } from './related-answer.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetRelatingEvents = handler(
  getRelatingEvents,
  (modules: WithRooms) => (call) => relatedAnswer(modules, call),
)
