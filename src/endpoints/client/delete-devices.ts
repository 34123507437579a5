// Deletes devices, after the user has authenticated again.
// spec: client-server-api, POST /_matrix/client/v3/delete_devices

import { MAX_DEVICES, refuseGuest } from '#accounts/accounts.ts'
import { deleteDevices } from '#api/client/delete-devices.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleDeleteDevices = handler(deleteDevices, ({ accounts }: WithAccounts) => async ({ body, session }) => {
  refuseGuest(session)
  if (body.devices.length > MAX_DEVICES) throw invalidParam(`Name at most ${MAX_DEVICES} devices at once.`)
  const operation = `deleteDevices ${JSON.stringify([...body.devices].sort())}`
  await accounts.interactive({ body: jsonBody(body), operation, session })
  await accounts.devices.delete(session.userId, body.devices)
  return {}
})
