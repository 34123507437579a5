// The published rooms.
// spec: client-server-api, GET /_matrix/client/v3/publicRooms

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerNameSchema } from '../schemas/identifiers.ts'
import { LimitSchema, TokenSchema } from '../schemas/pagination.ts'
import { PublicRoomsSchema } from '../schemas/public-rooms.ts'

export const getPublicRooms = endpoint({
  operationId: 'getPublicRooms',
  method: 'GET',
  path: '/_matrix/client/v3/publicRooms',
  formerPaths: ['/_matrix/client/r0/publicRooms'],
  authenticate: 'access-token?',
  rateLimit: 'request',
  query: Type.Object({
    limit: Type.Optional(LimitSchema),
    server: Type.Optional(ServerNameSchema),
    since: Type.Optional(TokenSchema),
  }),
  response: PublicRoomsSchema,
})
