// Registers a user by shared secret.
// spec: none; the de-facto admin API `/_synapse/admin/v1/register`

import { registerBySharedSecret } from '#api/admin/register-by-shared-secret.ts'
import type { WithAccounts } from '../client/accounts-modules.ts'
import { jsonBody } from '../client/json-body.ts'
import { handler } from '../handler.ts'

export const handleRegisterBySharedSecret = handler(
  registerBySharedSecret,
  ({ accounts }: WithAccounts) =>
    async ({ body }) =>
      accounts.sharedSecretRegistration.register(jsonBody(body)),
)
