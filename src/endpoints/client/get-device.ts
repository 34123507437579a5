// Shows a device of the user.
// spec: client-server-api, GET /_matrix/client/v3/devices/{deviceId}

import { getDevice } from '#api/client/get-device.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { deviceAnswer } from './device-answer.ts'

export const handleGetDevice = handler(getDevice, ({ accounts }: WithAccounts) => async ({ params, session }) => {
  const device = await accounts.devices.get(session.userId, params.deviceId)
  if (device === undefined) throw notFound('You have no device with this ID.')
  return deviceAnswer(device)
})
