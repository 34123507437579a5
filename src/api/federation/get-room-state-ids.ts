// The same as IDs only.
// spec: server-server-api, GET /_matrix/federation/v1/state_ids/{roomId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventIdSchema, RoomIdSchema } from '../schemas/identifiers.ts'

export const getRoomStateIds = endpoint({
  operationId: 'getRoomStateIds',
  method: 'GET',
  path: '/_matrix/federation/v1/state_ids/:roomId',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ roomId: RoomIdSchema }),
  query: Type.Object({ event_id: EventIdSchema }),
  response: Type.Object({ auth_chain_ids: Type.Array(EventIdSchema), pdu_ids: Type.Array(EventIdSchema) }),
})
