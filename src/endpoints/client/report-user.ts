// Reports a user to the administrators.
// spec: client-server-api, POST /_matrix/client/v3/users/{userId}/report

import { refuseGuest } from '#accounts/accounts.ts'
import { reportUser } from '#api/client/report-user.ts'
import { handler } from '../handler.ts'
import type { WithModeration } from './moderation-modules.ts'

export const handleReportUser = handler(
  reportUser,
  ({ moderation }: WithModeration) =>
    async ({ params: { userId }, body: { reason }, session }) => {
      refuseGuest(session)
      await moderation.reports.reportUser({ userId, reporter: session.userId, reason })
      return {}
    },
)
