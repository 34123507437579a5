// Whose devices have changed between two points of sync.
// spec: client-server-api, GET /_matrix/client/v3/keys/changes

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { TokenSchema } from '../schemas/pagination.ts'

export const getKeysChanges = endpoint({
  operationId: 'getKeysChanges',
  method: 'GET',
  path: '/_matrix/client/v3/keys/changes',
  formerPaths: ['/_matrix/client/r0/keys/changes'],
  authenticate: 'access-token',
  rateLimit: 'none',
  query: Type.Object({ from: TokenSchema, to: TokenSchema }),
  response: Type.Object({
    changed: Type.Optional(Type.Array(UserIdSchema)),
    left: Type.Optional(Type.Array(UserIdSchema)),
  }),
})
