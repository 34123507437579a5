// The latest key backup.
// spec: client-server-api, GET /_matrix/client/v3/room_keys/version

import { endpoint } from '../endpoint.ts'
import { BackupVersionSchema } from '../schemas/key-backup.ts'

export const getRoomKeysVersionCurrent = endpoint({
  operationId: 'getRoomKeysVersionCurrent',
  method: 'GET',
  path: '/_matrix/client/v3/room_keys/version',
  formerPaths: ['/_matrix/client/r0/room_keys/version'],
  authenticate: 'access-token',
  rateLimit: 'request',
  response: BackupVersionSchema,
})
