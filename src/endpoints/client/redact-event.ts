// Strips an event of its content.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}

import { refuseGuest, refuseSuspended } from '#accounts/accounts.ts'
import { redactEvent } from '#api/client/redact-event.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { handler } from '../handler.ts'
import { isOwnEvent } from './redaction-draft.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleRedactEvent = handler(redactEvent, ({ rooms }: WithRooms) => async ({ params, body, session }) => {
  refuseGuest(session)
  const { userId: sender, deviceId } = session
  const { roomId, eventId: redacts, txnId } = params
  if (!(await isOwnEvent(rooms, redacts, sender))) refuseSuspended(session)
  const content: JsonObject = body.reason === undefined ? {} : { reason: body.reason }
  const draft = { type: 'm.room.redaction', sender, content, redacts }
  return { event_id: await rooms.send(roomId, draft, { deviceId, txnId }) }
})
