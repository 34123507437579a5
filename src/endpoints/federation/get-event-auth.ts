// The auth chain of an event.
// spec: server-server-api, GET /_matrix/federation/v1/event_auth/{roomId}/{eventId}

import { getEventAuth } from '#api/federation/get-event-auth.ts'
import { pduText } from '#rooms/rooms.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { eventOfRoom } from './event-of-room.ts'
import { jsonList } from './events-answer.ts'
import type { WithRooms } from './federation-modules.ts'

export const handleGetEventAuth = handler(getEventAuth, ({ rooms }: WithRooms) => async ({ params, origin }) => {
  const known = await eventOfRoom(rooms, await rooms.serving.numberFor(params.roomId, origin), params.eventId)
  const chain = (await rooms.serving.authChain(known.event.eventId)) ?? []
  return rawJson(`{"auth_chain":${jsonList(chain.map(pduText))}}`)
})
