// Searches the messages that the user may see.
// spec: client-server-api, POST /_matrix/client/v3/search

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ClientEventSchema } from '../schemas/client-event.ts'
import { RoomEventFilterSchema } from '../schemas/filters.ts'
import { RoomIdSchema, UserIdSchema } from '../schemas/identifiers.ts'
import { CountSchema, mapBy, mapOf, oneOf } from '../schemas/json.ts'
import { TokenSchema } from '../schemas/pagination.ts'

export const search = endpoint({
  operationId: 'search',
  method: 'POST',
  path: '/_matrix/client/v3/search',
  formerPaths: ['/_matrix/client/r0/search'],
  authenticate: 'access-token',
  rateLimit: 'request',
  query: Type.Object({ next_batch: Type.Optional(TokenSchema) }),
  body: Type.Object({
    search_categories: Type.Object({
      room_events: Type.Optional(
        Type.Object({
          event_context: Type.Optional(
            Type.Object({
              after_limit: Type.Optional(CountSchema),
              before_limit: Type.Optional(CountSchema),
              include_profile: Type.Optional(Type.Boolean()),
            }),
          ),
          filter: Type.Optional(RoomEventFilterSchema),
          groupings: Type.Optional(
            Type.Object({
              group_by: Type.Optional(Type.Array(Type.Object({ key: Type.Optional(oneOf('room_id', 'sender')) }))),
            }),
          ),
          include_state: Type.Optional(Type.Boolean()),
          keys: Type.Optional(Type.Array(oneOf('content.body', 'content.name', 'content.topic'))),
          order_by: Type.Optional(oneOf('recent', 'rank')),
          search_term: Type.String(),
        }),
      ),
    }),
  }),
  response: Type.Object({
    search_categories: Type.Object({
      room_events: Type.Optional(
        Type.Object({
          count: Type.Optional(CountSchema),
          groups: Type.Optional(
            mapOf(
              mapOf(
                Type.Object({
                  next_batch: Type.Optional(Type.String()),
                  order: Type.Optional(Type.Integer()),
                  results: Type.Optional(Type.Array(Type.String())),
                }),
              ),
            ),
          ),
          highlights: Type.Optional(Type.Array(Type.String())),
          next_batch: Type.Optional(Type.String()),
          results: Type.Optional(
            Type.Array(
              Type.Object({
                context: Type.Optional(
                  Type.Object({
                    end: Type.Optional(Type.String()),
                    events_after: Type.Optional(Type.Array(ClientEventSchema)),
                    events_before: Type.Optional(Type.Array(ClientEventSchema)),
                    profile_info: Type.Optional(
                      mapBy(
                        UserIdSchema,
                        Type.Object({
                          avatar_url: Type.Optional(Type.String()),
                          displayname: Type.Optional(Type.String()),
                        }),
                      ),
                    ),
                    start: Type.Optional(Type.String()),
                  }),
                ),
                rank: Type.Optional(Type.Number()),
                result: Type.Optional(ClientEventSchema),
              }),
            ),
          ),
          state: Type.Optional(mapBy(RoomIdSchema, Type.Array(ClientEventSchema))),
        }),
      ),
    }),
  }),
})
