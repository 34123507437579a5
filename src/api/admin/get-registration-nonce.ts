// A nonce for registration by shared secret. Not in the specification: the form that existing tools speak.
// spec: none; the de-facto admin API `/_synapse/admin/v1/register`

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const getRegistrationNonce = endpoint({
  operationId: 'getRegistrationNonce',
  method: 'GET',
  path: '/_synapse/admin/v1/register',
  authenticate: 'none',
  rateLimit: 'registration',
  response: Type.Object({ nonce: Type.String() }),
})
