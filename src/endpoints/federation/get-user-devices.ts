// Shows the device list of one of our users to another server.
// spec: server-server-api, GET /_matrix/federation/v1/user/devices/{userId}

import { getUserDevices } from '#api/federation/get-user-devices.ts'
import { rawJson } from '../answer.ts'
import type { WithE2ee } from '../client/e2ee-modules.ts'
import { handler } from '../handler.ts'

export const handleGetUserDevices = handler(
  getUserDevices,
  ({ e2ee }: WithE2ee) =>
    async ({ params }) =>
      rawJson(JSON.stringify(await e2ee.deviceListForServer(params.userId))),
)
