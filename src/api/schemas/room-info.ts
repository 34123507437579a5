// A room as the endpoints from before `/sync` tell it.
// spec: client-server-api, GET /_matrix/client/v3/initialSync, GET /_matrix/client/v3/rooms/{roomId}/initialSync (RoomInfo)

import { Type } from 'typebox'
import { ClientEventSchema, EventSchema } from './client-event.ts'
import { RoomIdSchema } from './identifiers.ts'
import { oneOf } from './json.ts'

export const MessagesChunkSchema = Type.Object({
  chunk: Type.Array(ClientEventSchema),
  end: Type.String(),
  start: Type.Optional(Type.String()),
})

export const MembershipSchema = oneOf('invite', 'join', 'leave', 'ban')

export const RoomInfoSchema = Type.Object({
  account_data: Type.Optional(Type.Array(EventSchema)),
  membership: Type.Optional(MembershipSchema),
  messages: Type.Optional(MessagesChunkSchema),
  room_id: RoomIdSchema,
  state: Type.Optional(Type.Array(ClientEventSchema)),
  visibility: Type.Optional(oneOf('private', 'public')),
})
