// Shows a stored filter.
// spec: client-server-api, GET /_matrix/client/v3/user/{userId}/filter/{filterId}

import { refuseForOthers } from '#accounts/accounts.ts'
import { getFilter } from '#api/client/get-filter.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleGetFilter = handler(getFilter, ({ accounts }: WithAccounts) => async ({ params, session }) => {
  refuseForOthers(session, params.userId)
  return rawJson(JSON.stringify(await accounts.filters.get(session.userId, params.filterId)))
})
