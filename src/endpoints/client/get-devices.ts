// Lists the devices of the user.
// spec: client-server-api, GET /_matrix/client/v3/devices

import { getDevices } from '#api/client/get-devices.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { deviceAnswer } from './device-answer.ts'

export const handleGetDevices = handler(getDevices, ({ accounts }: WithAccounts) => async ({ session }) => ({
  devices: (await accounts.devices.list(session.userId)).map(deviceAnswer),
}))
