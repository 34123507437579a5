// Tells whether a registration token is good.
// spec: client-server-api, GET /_matrix/client/v1/register/m.login.registration_token/validity

import { registrationTokenValidity } from '#api/client/registration-token-validity.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'

export const handleRegistrationTokenValidity = handler(
  registrationTokenValidity,
  ({ accounts }: WithAccounts) =>
    async ({ query }) => ({ valid: await accounts.isRegistrationTokenValid(query.token) }),
)
