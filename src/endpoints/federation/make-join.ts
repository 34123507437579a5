// Drafts a join for a user of another server.
// spec: server-server-api, GET /_matrix/federation/v1/make_join/{roomId}/{userId}

import { makeJoin } from '#api/federation/make-join.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'
import { templateAnswer } from './template-answer.ts'

export const handleMakeJoin = handler(makeJoin, ({ rooms }: WithRooms) => async ({ params, query, origin }) => {
  const { roomId, userId } = params
  // Servers from before room versions had names send none.
  const versions = query.ver ?? ['1']
  return templateAnswer(await rooms.serving.makeTemplate({ origin, roomId, userId, membership: 'join', versions }))
})
