// Turns an invite by address into an invite of a user.
// spec: server-server-api, PUT /_matrix/federation/v1/exchange_third_party_invite/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdSchema, ServerNameSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema, mapBy, mapOf } from '../schemas/json.ts'

export const exchangeThirdPartyInvite = endpoint({
  operationId: 'exchangeThirdPartyInvite',
  method: 'PUT',
  path: '/_matrix/federation/v1/exchange_third_party_invite/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  body: Type.Object({
    content: Type.Object({
      membership: Type.String(),
      third_party_invite: Type.Object({
        display_name: Type.String(),
        signed: Type.Object({
          mxid: UserIdSchema,
          signatures: mapBy(ServerNameSchema, mapOf(Type.String())),
          token: Type.String(),
        }),
      }),
    }),
    room_id: RoomIdSchema,
    sender: UserIdSchema,
    state_key: UserIdSchema,
    type: Type.String(),
  }),
  response: EmptyObjectSchema,
})
