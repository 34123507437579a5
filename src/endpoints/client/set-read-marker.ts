// Sets the fully read marker and receipts of a room in one call.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/read_markers

import { setReadMarker } from '#api/client/set-read-marker.ts'
import { handler } from '../handler.ts'
import type { WithEphemeral } from './ephemeral-modules.ts'

export const handleSetReadMarker = handler(
  setReadMarker,
  ({ ephemeral }: WithEphemeral) =>
    async ({ params, body, session }) => {
      await ephemeral.receipts.set(session.userId, params.roomId, body)
      ephemeral.presence.active(session.userId, session.deviceId)
      return {}
    },
)
