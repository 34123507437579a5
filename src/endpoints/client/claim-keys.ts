// Takes one-time keys of devices.
// spec: client-server-api, POST /_matrix/client/v3/keys/claim

import { claimKeys } from '#api/client/claim-keys.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { byDevice } from './asked-of-users.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleClaimKeys = handler(claimKeys, ({ e2ee }: WithE2ee) => async ({ body, http }) => {
  const waiting = { timeout: body.timeout, signal: http.signal }
  return rawJson(JSON.stringify(await e2ee.claimKeys(byDevice(body.one_time_keys), waiting)))
})
