// Publishes signatures over devices and users.
// spec: client-server-api, POST /_matrix/client/v3/keys/signatures/upload

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema, mapBy, mapOf } from '../schemas/json.ts'

export const uploadCrossSigningSignatures = endpoint({
  operationId: 'uploadCrossSigningSignatures',
  method: 'POST',
  path: '/_matrix/client/v3/keys/signatures/upload',
  formerPaths: ['/_matrix/client/r0/keys/signatures/upload', '/_matrix/client/unstable/keys/signatures/upload'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: mapBy(UserIdSchema, mapOf(JsonObjectSchema)),
  response: Type.Object({ failures: Type.Optional(mapBy(UserIdSchema, mapOf(JsonObjectSchema))) }),
})
