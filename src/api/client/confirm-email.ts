// The button on that page.
// spec: none; docs/decisions/0034

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const confirmEmail = endpoint({
  operationId: 'confirmEmail',
  method: 'POST',
  path: '/_matrix/client/unstable/se.samband/email/confirm',
  authenticate: 'none',
  rateLimit: 'request',
  query: Type.Object({ sid: Type.Optional(Type.String()), token: Type.Optional(Type.String()) }),
})
