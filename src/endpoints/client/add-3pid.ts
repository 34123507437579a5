// Adds a confirmed address to the account of the caller.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/add

import { refuseGuest } from '#accounts/accounts.ts'
import { add3PID } from '#api/client/add-3pid.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleAdd3PID = handler(add3PID, ({ accounts }: WithAccounts) => async ({ body, session }) => {
  refuseGuest(session)
  const { sid, client_secret } = body
  await accounts.interactive({ body: jsonBody(body), operation: `add3PID ${sid}`, session })
  await accounts.emails.add(session.userId, sid, client_secret)
  return {}
})
