// The versions of the specification and the unstable features that this server offers.
// spec: client-server-api, GET /_matrix/client/versions

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { mapOf } from '../schemas/json.ts'

export const getVersions = endpoint({
  operationId: 'getVersions',
  method: 'GET',
  path: '/_matrix/client/versions',
  authenticate: 'access-token?',
  rateLimit: 'none',
  response: Type.Object({
    unstable_features: Type.Optional(mapOf(Type.Boolean())),
    versions: Type.Array(Type.String()),
  }),
})
