// Names a device.
// spec: client-server-api, PUT /_matrix/client/v3/devices/{deviceId}

import { updateDevice } from '#api/client/update-device.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleUpdateDevice = handler(
  updateDevice,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session }) => {
      await accounts.devices.rename(session.userId, params.deviceId, body.display_name)
      return {}
    },
)
