// One key backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/version/{version}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { BackupVersionSchema } from '../schemas/key-backup.ts'

export const getRoomKeysVersion = endpoint({
  operationId: 'getRoomKeysVersion',
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/version/:version',
  formerPaths: ['/_matrix/client/r0/room_keys/version/:version'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ version: NameSchema }),
  response: BackupVersionSchema,
})
