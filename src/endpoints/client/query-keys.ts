// Finds the keys of users' devices.
// spec: client-server-api, POST /_matrix/client/v3/keys/query

import { queryKeys } from '#api/client/query-keys.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { byUser } from './asked-of-users.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleQueryKeys = handler(queryKeys, ({ e2ee }: WithE2ee) => async ({ body, session, http }) => {
  const waiting = { timeout: body.timeout, signal: http.signal }
  return rawJson(JSON.stringify(await e2ee.queryKeys(byUser(body.device_keys), session.userId, waiting)))
})
