// Takes an invite of one of our users, and signs it.
// spec: server-server-api, PUT /_matrix/federation/v2/invite/{roomId}/{eventId}, and v1 for room versions 1 and 2

import { sendInviteV1 } from '#api/federation/send-invite-v1.ts'
import { sendInviteV2 } from '#api/federation/send-invite-v2.ts'
import { canonicalJson, member, objectAt } from '#protocol/json/json.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithInbound, WithRooms } from './federation-modules.ts'

export const handleSendInviteV2 = handler(
  sendInviteV2,
  ({ rooms, inbound }: WithRooms & WithInbound) =>
    async ({ params, body, origin }) => {
      const signed = await rooms.serving.takeInvite({
        ...params,
        origin,
        version: body.room_version,
        pdu: body.event,
        strippedState: body.invite_room_state,
        permit: (invited, inviter) => inbound.permitInvite(invited, inviter),
      })
      return rawJson(`{"event":${canonicalJson(signed, 'faithful')}}`)
    },
)

/** The form does not say the version; the two that it is for have events of one form. */
const oldVersion = '1'

export const handleSendInviteV1 = handler(
  sendInviteV1,
  ({ rooms, inbound }: WithRooms & WithInbound) =>
    async ({ params, body, origin }) => {
      const signed = await rooms.serving.takeInvite({
        ...params,
        origin,
        version: oldVersion,
        pdu: body,
        strippedState: member(objectAt(body, 'unsigned') ?? {}, 'invite_room_state'),
        permit: (invited, inviter) => inbound.permitInvite(invited, inviter),
      })
      return rawJson(`[200,{"event":${canonicalJson(signed, 'faithful')}}]`)
    },
)
