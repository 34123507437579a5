// Lists the push rules of the caller, without the scope around them.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/

import { getPushRulesGlobal } from '#api/client/get-push-rules-global.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'

export const handleGetPushRulesGlobal = handler(
  getPushRulesGlobal,
  ({ push }: WithPush) =>
    async ({ session }) =>
      rawJson(JSON.stringify(await push.rules.get(session.userId))),
)
