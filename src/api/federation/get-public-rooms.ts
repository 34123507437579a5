// Our published rooms.
// spec: server-server-api, GET /_matrix/federation/v1/publicRooms

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { LimitSchema, TokenSchema } from '../schemas/pagination.ts'
import { PublicRoomsSchema } from '../schemas/public-rooms.ts'

export const getPublicRooms = endpoint({
  operationId: 'getPublicRooms',
  method: 'GET',
  path: '/_matrix/federation/v1/publicRooms',
  authenticate: 'signed',
  rateLimit: 'federation',
  query: Type.Object({
    include_all_networks: Type.Optional(Type.Boolean()),
    limit: Type.Optional(LimitSchema),
    since: Type.Optional(TokenSchema),
    third_party_instance_id: Type.Optional(Type.String()),
  }),
  response: PublicRoomsSchema,
})
