// Registers a user or a guest.
// spec: client-server-api, POST /_matrix/client/v3/register

import { register } from '#api/client/register.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleRegister = handler(
  register,
  ({ accounts }: WithAccounts) =>
    async ({ query, body }) =>
      accounts.register(query.kind ?? 'user', jsonBody(body)),
)
