// The page of a mailed link: a person confirms an e-mail address there.
// spec: none; docs/decisions/0034

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const showEmailConfirmation = endpoint({
  operationId: 'showEmailConfirmation',
  method: 'GET',
  path: '/_matrix/client/unstable/se.samband/email/confirm',
  authenticate: 'none',
  rateLimit: 'request',
  query: Type.Object({ sid: Type.Optional(Type.String()), token: Type.Optional(Type.String()) }),
})
