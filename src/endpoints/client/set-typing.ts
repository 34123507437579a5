// Tells a room that a user types, or has stopped.
// spec: client-server-api, PUT /_matrix/client/v3/rooms/{roomId}/typing/{userId}

import { refuseForOthers } from '#accounts/accounts.ts'
import { setTyping } from '#api/client/set-typing.ts'
import { handler } from '../handler.ts'
import type { WithEphemeral } from './ephemeral-modules.ts'

export const handleSetTyping = handler(
  setTyping,
  ({ ephemeral }: WithEphemeral) =>
    async ({ params: { roomId, userId }, body: { typing, timeout }, session }) => {
      refuseForOthers(session, userId)
      await ephemeral.setTyping({ roomId, userId: session.userId, typing }, timeout)
      if (typing) ephemeral.presence.active(session.userId, session.deviceId)
      return {}
    },
)
