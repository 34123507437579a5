// Lists all push rules of the caller.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/

import { getPushRules } from '#api/client/get-push-rules.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'

export const handleGetPushRules = handler(
  getPushRules,
  ({ push }: WithPush) =>
    async ({ session }) =>
      rawJson(JSON.stringify({ global: await push.rules.get(session.userId) })),
)
