// Takes a leave that a user of another server has completed.
// spec: server-server-api, PUT /_matrix/federation/v2/send_leave/{roomId}/{eventId}; v1 for old servers

import { sendLeaveV1 } from '#api/federation/send-leave-v1.ts'
import { sendLeaveV2 } from '#api/federation/send-leave-v2.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'

export const handleSendLeaveV2 = handler(sendLeaveV2, ({ rooms }: WithRooms) => async ({ params, body, origin }) => {
  await rooms.serving.takeLeave({ ...params, origin, pdu: body, membership: 'leave' })
  return {}
})

export const handleSendLeaveV1 = handler(sendLeaveV1, ({ rooms }: WithRooms) => async ({ params, body, origin }) => {
  await rooms.serving.takeLeave({ ...params, origin, pdu: body, membership: 'leave' })
  return rawJson('[200,{}]')
})
