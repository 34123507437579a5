// Takes a join that a user of another server has completed.
// spec: server-server-api, PUT /_matrix/federation/v2/send_join/{roomId}/{eventId}; v1 for old servers

import { sendJoinV1 } from '#api/federation/send-join-v1.ts'
import { sendJoinV2 } from '#api/federation/send-join-v2.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'
import { joinedText } from './joined-answer.ts'

export const handleSendJoinV2 = handler(
  sendJoinV2,
  ({ rooms }: WithRooms) =>
    async ({ params, query, body, origin }) => {
      const joined = await rooms.serving.takeJoin({ ...params, origin, pdu: body, membership: 'join' })
      return rawJson(joinedText(joined, query.omit_members))
    },
)

export const handleSendJoinV1 = handler(sendJoinV1, ({ rooms }: WithRooms) => async ({ params, body, origin }) => {
  const joined = await rooms.serving.takeJoin({ ...params, origin, pdu: body, membership: 'join' })
  return rawJson(`[200,${joinedText(joined)}]`)
})
