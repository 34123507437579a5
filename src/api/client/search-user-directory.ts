// Finds users by name.
// spec: client-server-api, POST /_matrix/client/v3/user_directory/search

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema } from '../schemas/json.ts'

export const searchUserDirectory = endpoint({
  operationId: 'searchUserDirectory',
  method: 'POST',
  path: '/_matrix/client/v3/user_directory/search',
  formerPaths: ['/_matrix/client/r0/user_directory/search'],
  authenticate: 'access-token',
  rateLimit: 'request',
  body: Type.Object({ limit: Type.Optional(CountSchema), search_term: Type.String() }),
  response: Type.Object({
    limited: Type.Boolean(),
    results: Type.Array(
      Type.Object({
        avatar_url: Type.Optional(Type.String()),
        display_name: Type.Optional(Type.String()),
        user_id: UserIdSchema,
      }),
    ),
  }),
})
