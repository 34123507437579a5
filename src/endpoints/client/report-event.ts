// Reports an event to the administrators.
// spec: client-server-api, POST /_matrix/client/v3/rooms/{roomId}/report/{eventId}

import { refuseGuest } from '#accounts/accounts.ts'
import { reportEvent } from '#api/client/report-event.ts'
import { handler } from '../handler.ts'
import type { WithModeration } from './moderation-modules.ts'

export const handleReportEvent = handler(
  reportEvent,
  ({ moderation }: WithModeration) =>
    async ({ params, body, session }) => {
      refuseGuest(session)
      await moderation.reports.reportEvent({ ...params, reporter: session.userId, reason: body.reason ?? '' })
      return {}
    },
)
