// Sends messages to devices.
// spec: client-server-api, PUT /_matrix/client/v3/sendToDevice/{eventType}/{txnId}

import { sendToDevice } from '#api/client/send-to-device.ts'
import { handler } from '../handler.ts'
import { byDevice } from './asked-of-users.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleSendToDevice = handler(sendToDevice, ({ e2ee }: WithE2ee) => async ({ params, body, session }) => {
  await e2ee.sendToDevice({
    sender: session.userId,
    deviceId: session.deviceId,
    type: params.eventType,
    txnId: params.txnId,
    messages: byDevice(body.messages),
  })
  return {}
})
