// Searches the published rooms.
// spec: client-server-api, POST /_matrix/client/v3/publicRooms

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerNameSchema } from '../schemas/identifiers.ts'
import { CountSchema, nullable } from '../schemas/json.ts'
import { PublicRoomsSchema } from '../schemas/public-rooms.ts'

export const queryPublicRooms = endpoint({
  operationId: 'queryPublicRooms',
  method: 'POST',
  path: '/_matrix/client/v3/publicRooms',
  formerPaths: ['/_matrix/client/r0/publicRooms'],
  authenticate: 'access-token',
  rateLimit: 'request',
  query: Type.Object({ server: Type.Optional(ServerNameSchema) }),
  body: Type.Object({
    filter: Type.Optional(
      Type.Object({
        generic_search_term: Type.Optional(Type.String()),
        room_types: Type.Optional(Type.Array(nullable(Type.String()))),
      }),
    ),
    include_all_networks: Type.Optional(Type.Boolean()),
    limit: Type.Optional(CountSchema),
    since: Type.Optional(Type.String()),
    third_party_instance_id: Type.Optional(Type.String()),
  }),
  response: PublicRoomsSchema,
})
