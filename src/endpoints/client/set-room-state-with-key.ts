// Sets one piece of a room's state.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}

import { refuseSuspended } from '#accounts/accounts.ts'
import { setRoomStateWithKey } from '#api/client/set-room-state-with-key.ts'
import { handler } from '../handler.ts'
import { refuseBadAliases } from './canonical-alias.ts'
import { refuseDelay } from './refuse-delay.ts'
import type { WithRooms } from './rooms-modules.ts'
import { setMembership } from './set-membership.ts'

export const handleSetRoomStateWithKey = handler(
  setRoomStateWithKey,
  (modules: WithRooms) =>
    async ({ params, query, body, session, serverName, http }) => {
      refuseDelay(query)
      const { roomId, eventType: type, stateKey } = params
      const { userId: sender } = session
      if (type === 'm.room.member') {
        return { event_id: await setMembership(modules, session, { roomId, stateKey, content: body, serverName }) }
      }
      refuseSuspended(session)
      if (type === 'm.room.canonical_alias' && stateKey === '') {
        await refuseBadAliases(modules.rooms, { roomId, content: body }, http.signal)
      }
      return { event_id: await modules.rooms.send(roomId, { type, stateKey, sender, content: body }) }
    },
)
