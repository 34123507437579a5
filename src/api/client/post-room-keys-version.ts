// Starts a new key backup.
// spec: client-server-api, POST /_matrix/client/v3/room_keys/version

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { JsonObjectSchema, oneOf } from '../schemas/json.ts'

export const postRoomKeysVersion = endpoint({
  operationId: 'postRoomKeysVersion',
  method: 'POST',
  path: '/_matrix/client/v3/room_keys/version',
  formerPaths: ['/_matrix/client/r0/room_keys/version'],
  authenticate: 'access-token',
  rateLimit: 'request',
  body: Type.Object({ algorithm: oneOf('m.megolm_backup.v1.curve25519-aes-sha2'), auth_data: JsonObjectSchema }),
  response: Type.Object({ version: Type.String() }),
})
