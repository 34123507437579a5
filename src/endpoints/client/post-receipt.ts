// Marks a room, or a thread in it, as read up to an event.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/receipt/{receiptType}/{eventId}

import { postReceipt } from '#api/client/post-receipt.ts'
import { handler } from '../handler.ts'
import type { WithEphemeral } from './ephemeral-modules.ts'

export const handlePostReceipt = handler(
  postReceipt,
  ({ ephemeral }: WithEphemeral) =>
    async ({ params: { roomId, receiptType, eventId }, body, session }) => {
      await ephemeral.receipts.set(session.userId, roomId, { [receiptType]: eventId }, body.thread_id)
      ephemeral.presence.active(session.userId, session.deviceId)
      return {}
    },
)
