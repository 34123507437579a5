// All keys in the backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/keys

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { KeyBackupSchema } from '../schemas/key-backup.ts'

export const getRoomKeys = endpoint({
  operationId: 'getRoomKeys',
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/keys',
  formerPaths: ['/_matrix/client/r0/room_keys/keys'],
  authenticate: 'access-token',
  rateLimit: 'request',
  query: Type.Object({ version: NameSchema }),
  response: KeyBackupSchema,
})
