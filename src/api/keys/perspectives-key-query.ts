// Another server's signing keys, as we have seen them.
// spec: server-server-api, GET /_matrix/key/v2/query/{serverName}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerNameSchema } from '../schemas/identifiers.ts'
import { TimestampSchema } from '../schemas/json.ts'
import { NotaryAnswerSchema } from '../schemas/server-keys.ts'

export const perspectivesKeyQuery = endpoint({
  operationId: 'perspectivesKeyQuery',
  method: 'GET',
  path: '/_matrix/key/v2/query/:serverName',
  formerPaths: ['/_matrix/key/v2/query/:serverName/:keyId'],
  authenticate: 'none',
  rateLimit: 'federation',
  params: Type.Object({ serverName: ServerNameSchema }),
  query: Type.Object({ minimum_valid_until_ts: Type.Optional(TimestampSchema) }),
  response: NotaryAnswerSchema,
})
