// Sets the caller's presence.
// spec: client-server-api, PUT /_matrix/client/v3/presence/{userId}/status

import { refuseForOthers } from '#accounts/accounts.ts'
import { setPresence } from '#api/client/set-presence.ts'
import { handler } from '../handler.ts'
import type { WithEphemeral } from './ephemeral-modules.ts'

export const handleSetPresence = handler(
  setPresence,
  ({ ephemeral }: WithEphemeral) =>
    async ({ params, body, session }) => {
      refuseForOthers(session, params.userId)
      await ephemeral.presence.set(session.userId, session.deviceId, body.presence, body.status_msg)
      return {}
    },
)
