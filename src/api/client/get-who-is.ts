// The sessions and addresses of a user, for that user and administrators.
// spec: client-server-api, GET /_matrix/client/v3/admin/whois/{userId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserIdSchema } from '../schemas/identifiers.ts'
import { mapOf } from '../schemas/json.ts'

export const getWhoIs = endpoint({
  operationId: 'getWhoIs',
  method: 'GET',
  path: '/_matrix/client/v3/admin/whois/:userId',
  formerPaths: ['/_matrix/client/r0/admin/whois/:userId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ userId: UserIdSchema }),
  response: Type.Object({
    devices: Type.Optional(
      mapOf(
        Type.Object({
          sessions: Type.Optional(
            Type.Array(
              Type.Object({
                connections: Type.Optional(
                  Type.Array(
                    Type.Object({
                      ip: Type.Optional(Type.String()),
                      last_seen: Type.Optional(Type.Integer()),
                      user_agent: Type.Optional(Type.String()),
                    }),
                  ),
                ),
              }),
            ),
          ),
        }),
      ),
    ),
    user_id: Type.Optional(Type.String()),
  }),
})
