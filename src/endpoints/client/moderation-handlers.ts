// The handlers of what people report.
// spec: client-server-api #reporting-content

import type { Handler } from '../handler.ts'
import type { WithModeration } from './moderation-modules.ts'
import { handleReportEvent } from './report-event.ts'
import { handleReportRoom } from './report-room.ts'
import { handleReportUser } from './report-user.ts'

export const moderationHandlers: readonly Handler<WithModeration>[] = [
  handleReportEvent,
  handleReportRoom,
  handleReportUser,
]
