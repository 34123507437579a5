// The rooms that the user shares with another.
// spec: client-server-api, GET /_matrix/client/v1/mutual_rooms

import { refuseGuest } from '#accounts/accounts.ts'
import { getMutualRooms } from '#api/client/get-mutual-rooms.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import { isCompliantUserId } from '#protocol/identifiers/identifiers.ts'
import { handler } from '../handler.ts'
import type { WithRooms } from './rooms-modules.ts'

export const handleGetMutualRooms = handler(getMutualRooms, ({ rooms }: WithRooms) => async ({ query, session }) => {
  refuseGuest(session)
  const { userId } = session
  const { user_id: other, from = query.batch_token } = query
  if (other === userId) throw invalidParam('These are all your rooms. Name another user.')
  if (!isCompliantUserId(other)) throw invalidParam('The user ID has a form that is no longer given out.')
  const { rooms: joined, count, next } = await rooms.discovery.mutualRooms({ userId, other, from })
  return { joined: [...joined], count, ...(next !== undefined && { next_batch: next, next_batch_token: next }) }
})
