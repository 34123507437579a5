// Starts a new key backup.
// spec: client-server-api, POST /_matrix/client/v3/room_keys/version

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const postRoomKeysVersion = endpoint({
  operationId: 'postRoomKeysVersion',
  method: 'POST',
  path: '/_matrix/client/v3/room_keys/version',
  formerPaths: ['/_matrix/client/r0/room_keys/version'],
  authenticate: 'access-token',
  rateLimit: 'request',
  body: Type.Object({ algorithm: Type.String(), auth_data: JsonObjectSchema }),
  response: Type.Object({ version: Type.String() }),
})
