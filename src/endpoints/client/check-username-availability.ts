// Tells whether a username is free.
// spec: client-server-api, GET /_matrix/client/v3/register/available

import { checkUsernameAvailability } from '#api/client/check-username-availability.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleCheckUsernameAvailability = handler(
  checkUsernameAvailability,
  ({ accounts }: WithAccounts) =>
    async ({ query }) => {
      await accounts.checkAvailable(query.username)
      return { available: true }
    },
)
