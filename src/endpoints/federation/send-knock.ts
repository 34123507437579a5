// Takes a knock that a user of another server has completed.
// spec: server-server-api, PUT /_matrix/federation/v1/send_knock/{roomId}/{eventId}

import { sendKnock } from '#api/federation/send-knock.ts'
import { canonicalJson } from '#protocol/json/json.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'

export const handleSendKnock = handler(sendKnock, ({ rooms }: WithRooms) => async ({ params, body, origin }) => {
  const state = await rooms.serving.takeKnock({ ...params, origin, pdu: body, membership: 'knock' })
  return rawJson(canonicalJson({ knock_room_state: [...state] }, 'faithful'))
})
