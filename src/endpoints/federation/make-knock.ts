// Drafts a knock for a user of another server.
// spec: server-server-api, GET /_matrix/federation/v1/make_knock/{roomId}/{userId}

import { makeKnock } from '#api/federation/make-knock.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'
import { templateAnswer } from './template-answer.ts'

export const handleMakeKnock = handler(makeKnock, ({ rooms }: WithRooms) => async ({ params, query, origin }) => {
  const { roomId, userId } = params
  const versions = query.ver
  return templateAnswer(await rooms.serving.makeTemplate({ origin, roomId, userId, membership: 'knock', versions }))
})
