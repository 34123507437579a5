// One field of a user's profile.
// spec: client-server-api, GET /_matrix/client/v3/profile/{userId}/{keyName}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { JsonObjectSchema } from '../schemas/json.ts'

export const getProfileField = endpoint({
  operationId: 'getProfileField',
  method: 'GET',
  path: '/_matrix/client/v3/profile/:userId/:keyName',
  formerPaths: [
    '/_matrix/client/r0/profile/:userId/:keyName',
    '/_matrix/client/unstable/uk.tcpip.msc4133/profile/:userId/:keyName',
  ],
  authenticate: 'none',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema, keyName: NameSchema }),
  response: JsonObjectSchema,
})
