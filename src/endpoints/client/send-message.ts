// Sends a message event to a room.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}

import { refuseSuspended } from '#accounts/accounts.ts'
import { sendMessage } from '#api/client/send-message.ts'
import { handler } from '../handler.ts'
import { isOwnEvent, redactionDraft } from './redaction-draft.ts'
import { refuseDelay } from './refuse-delay.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleSendMessage = handler(
  sendMessage,
  ({ rooms }: WithRooms) =>
    async ({ params, query, body, session }) => {
      refuseDelay(query)
      const { userId: sender, deviceId } = session
      const { eventType: type, roomId } = params
      const draft = type === 'm.room.redaction' ? redactionDraft(sender, body) : { type, sender, content: body }
      if (draft.redacts === undefined || !(await isOwnEvent(rooms, draft.redacts, sender))) refuseSuspended(session)
      return { event_id: await rooms.send(roomId, draft, { deviceId, txnId: params.txnId }) }
    },
)
