// The state before an event, whole or as IDs.
// spec: server-server-api, GET /_matrix/federation/v1/state/{roomId}, GET /_matrix/federation/v1/state_ids/{roomId}

import { getRoomState } from '#api/federation/get-room-state.ts'
import { getRoomStateIds } from '#api/federation/get-room-state-ids.ts'
import { notFound } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { pduText, type Rooms } from '#rooms/rooms.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import { eventOfRoom } from './event-of-room.ts'
import { jsonList } from './events-answer.ts'
import type { WithRooms } from './federation-modules.ts'

async function stateAt(rooms: Rooms, roomId: RoomId, eventId: EventId, origin: ServerName) {
  await eventOfRoom(rooms, await rooms.serving.numberFor(roomId, origin), eventId)
  const found = await rooms.serving.stateBefore(eventId)
  if (!found) throw notFound('The state at this event is not known here. Ask another server in the room.')
  return found
}

export const handleGetRoomState = handler(getRoomState, ({ rooms }: WithRooms) => async ({ params, query, origin }) => {
  const { state, authChain } = await stateAt(rooms, params.roomId, query.event_id, origin)
  return rawJson(`{"auth_chain":${jsonList(authChain.map(pduText))},"pdus":${jsonList(state.map(pduText))}}`)
})

export const handleGetRoomStateIds = handler(
  getRoomStateIds,
  ({ rooms }: WithRooms) =>
    async ({ params, query, origin }) => {
      const { state, authChain } = await stateAt(rooms, params.roomId, query.event_id, origin)
      return {
        auth_chain_ids: authChain.map(({ event }) => event.eventId),
        pdu_ids: state.map(({ event }) => event.eventId),
      }
    },
)
