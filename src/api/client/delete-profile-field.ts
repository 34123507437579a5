// Clears one field of one's own profile.
// spec: client-server-api, DELETE /_matrix/client/v3/profile/{userId}/{keyName}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'

export const deleteProfileField = endpoint({
  operationId: 'deleteProfileField',
  method: 'DELETE',
  path: '/_matrix/client/v3/profile/:userId/:keyName',
  formerPaths: ['/_matrix/client/unstable/uk.tcpip.msc4133/profile/:userId/:keyName'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ userId: UserIdSchema, keyName: NameSchema }),
  response: EmptyObjectSchema,
})
