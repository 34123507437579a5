// Shows the sessions of a user to that user and to administrators.
// spec: client-server-api, GET /_matrix/client/v3/admin/whois/{userId}

import { refuseUnlessAdmin } from '#accounts/accounts.ts'
import { getWhoIs } from '#api/client/get-who-is.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetWhoIs = handler(getWhoIs, ({ accounts }: WithAccounts) => async ({ params, session }) => {
  if (params.userId !== session.userId) refuseUnlessAdmin(session)
  return rawJson(JSON.stringify(await accounts.whois(params.userId)))
})
