// Stores a filter. Guests need one for /sync.
// spec: client-server-api, POST /_matrix/client/v3/user/{userId}/filter

import { refuseForOthers } from '#accounts/accounts.ts'
import { defineFilter } from '#api/client/define-filter.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleDefineFilter = handler(
  defineFilter,
  ({ accounts }: WithAccounts) =>
    async ({ params, body, session }) => {
      refuseForOthers(session, params.userId)
      return { filter_id: await accounts.filters.define(session.userId, jsonBody(body)) }
    },
)
