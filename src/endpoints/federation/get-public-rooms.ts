// Our published rooms, for other servers.
// spec: server-server-api, GET and POST /_matrix/federation/v1/publicRooms

import { getPublicRooms } from '#api/federation/get-public-rooms.ts'
import { queryPublicRooms } from '#api/federation/query-public-rooms.ts'
import { ownPublicRooms } from '../client/public-rooms-answer.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './federation-modules.ts'

export const handleGetPublicRooms = handler(
  getPublicRooms,
  ({ rooms }: WithRooms) =>
    ({ query }) =>
      ownPublicRooms(rooms, query),
)

export const handleQueryPublicRooms = handler(
  queryPublicRooms,
  ({ rooms }: WithRooms) =>
    ({ body }) =>
      ownPublicRooms(rooms, body),
)
