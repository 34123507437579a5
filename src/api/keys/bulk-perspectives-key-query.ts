// Several servers' signing keys, as we have seen them.
// spec: server-server-api, POST /_matrix/key/v2/query

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerNameSchema } from '../schemas/identifiers.ts'
import { mapBy, mapOf, TimestampSchema } from '../schemas/json.ts'
import { NotaryAnswerSchema } from '../schemas/server-keys.ts'

export const bulkPerspectivesKeyQuery = endpoint({
  operationId: 'bulkPerspectivesKeyQuery',
  method: 'POST',
  path: '/_matrix/key/v2/query',
  authenticate: 'none',
  rateLimit: 'federation',
  body: Type.Object({
    server_keys: mapBy(
      ServerNameSchema,
      mapOf(Type.Object({ minimum_valid_until_ts: Type.Optional(TimestampSchema) })),
    ),
  }),
  response: NotaryAnswerSchema,
})
