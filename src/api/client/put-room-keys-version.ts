// Changes what is known of a key backup.
// spec: client-server-api, PUT /_matrix/client/v3/room_keys/version/{version}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, JsonObjectSchema } from '../schemas/json.ts'

export const putRoomKeysVersion = endpoint({
  operationId: 'putRoomKeysVersion',
  method: 'PUT',
  path: '/_matrix/client/v3/room_keys/version/:version',
  formerPaths: ['/_matrix/client/r0/room_keys/version/:version'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ version: NameSchema }),
  body: Type.Object({ algorithm: Type.String(), auth_data: JsonObjectSchema, version: Type.Optional(NameSchema) }),
  response: EmptyObjectSchema,
})
