// Deletes a device, after the user has authenticated again.
// spec: client-server-api, DELETE /_matrix/client/v3/devices/{deviceId}

import { refuseGuest } from '#accounts/accounts.ts'
import { deleteDevice } from '#api/client/delete-device.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleDeleteDevice = handler(
  deleteDevice,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session }) => {
      refuseGuest(session)
      const operation = `deleteDevices ${JSON.stringify([params.deviceId])}`
      await accounts.interactive({ body: jsonBody(body), operation, session })
      await accounts.devices.delete(session.userId, [params.deviceId])
      return {}
    },
)
