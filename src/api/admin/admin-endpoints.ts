// The endpoints for administrators that are not in the specification. Face of the folder.
// spec: none

import type { Endpoint } from '../endpoint.ts'
import { getRegistrationNonce } from './get-registration-nonce.ts'
import { registerBySharedSecret } from './register-by-shared-secret.ts'

export const adminEndpoints = [getRegistrationNonce, registerBySharedSecret] as const satisfies readonly Endpoint[]
