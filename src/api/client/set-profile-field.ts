// Sets one field of one's own profile.
// spec: client-server-api, PUT /_matrix/client/v3/profile/{userId}/{keyName}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, JsonObjectSchema } from '../schemas/json.ts'

/** The name is judged by `accounts`: one that is too long has an error of its own, M_KEY_TOO_LARGE. */
export const setProfileField = endpoint({
  operationId: 'setProfileField',
  method: 'PUT',
  path: '/_matrix/client/v3/profile/:userId/:keyName',
  formerPaths: [
    '/_matrix/client/r0/profile/:userId/:keyName',
    '/_matrix/client/unstable/uk.tcpip.msc4133/profile/:userId/:keyName',
  ],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ userId: UserIdSchema, keyName: Type.String() }),
  body: JsonObjectSchema,
  response: EmptyObjectSchema,
})
