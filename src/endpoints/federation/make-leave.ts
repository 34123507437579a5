// Drafts a leave for a user of another server.
// spec: server-server-api, GET /_matrix/federation/v1/make_leave/{roomId}/{userId}

import { makeLeave } from '#api/federation/make-leave.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'
import { templateAnswer } from './template-answer.ts'

export const handleMakeLeave = handler(makeLeave, ({ rooms }: WithRooms) => async ({ params, origin }) => {
  const { roomId, userId } = params
  return templateAnswer(await rooms.serving.makeTemplate({ origin, roomId, userId, membership: 'leave' }))
})
