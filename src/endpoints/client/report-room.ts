// Reports a room to the administrators.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/report

import { refuseGuest } from '#accounts/accounts.ts'
import { reportRoom } from '#api/client/report-room.ts'
import { handler } from '../handler.ts'
import type { WithModeration } from './moderation-modules.ts'

export const handleReportRoom = handler(
  reportRoom,
  ({ moderation }: WithModeration) =>
    async ({ params: { roomId }, body: { reason }, session }) => {
      refuseGuest(session)
      await moderation.reports.reportRoom({ roomId, reporter: session.userId, reason })
      return {}
    },
)
