// Whether a registration token would be accepted.
// spec: client-server-api, GET /_matrix/client/v1/register/m.login.registration_token/validity

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const registrationTokenValidity = endpoint({
  operationId: 'registrationTokenValidity',
  method: 'GET',
  path: '/_matrix/client/v1/register/m.login.registration_token/validity',
  authenticate: 'none',
  rateLimit: 'registration',
  query: Type.Object({ token: Type.String() }),
  response: Type.Object({ valid: Type.Boolean() }),
})
