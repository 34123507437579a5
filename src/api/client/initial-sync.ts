// All rooms of the user as they are now. From before `/sync`; deprecated.
// spec: client-server-api, GET /_matrix/client/v3/initialSync

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema, EventSchema } from '../schemas/client-event.ts'
import { LimitSchema } from '../schemas/pagination.ts'
import { MembershipSchema, RoomInfoSchema } from '../schemas/room-info.ts'

export const initialSync = endpoint({
  operationId: 'initialSync',
  method: 'GET',
  path: '/_matrix/client/v3/initialSync',
  formerPaths: ['/_matrix/client/r0/initialSync'],
  authenticate: 'access-token',
  rateLimit: 'none',
  query: Type.Object({ archived: Type.Optional(Type.Boolean()), limit: Type.Optional(LimitSchema) }),
  response: Type.Object({
    account_data: Type.Optional(Type.Array(EventSchema)),
    end: Type.String(),
    presence: Type.Array(EventSchema),
    rooms: Type.Array(
      Type.Object({
        ...RoomInfoSchema.properties,
        invite: Type.Optional(ClientEventSchema),
        membership: MembershipSchema,
      }),
    ),
  }),
})
