// Gives a nonce for registration by shared secret.
// spec: none; the de-facto admin API `/_synapse/admin/v1/register`

import { getRegistrationNonce } from '#api/admin/get-registration-nonce.ts'
import type { WithAccounts } from '../client/accounts-modules.ts'
import { handler } from '../handler.ts'

export const handleGetRegistrationNonce = handler(getRegistrationNonce, ({ accounts }: WithAccounts) => () => ({
  nonce: accounts.sharedSecretRegistration.nonce(),
}))
