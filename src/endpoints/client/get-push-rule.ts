// Shows one push rule.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}

import { getPushRule } from '#api/client/get-push-rule.ts'
import { ruleIn } from '#protocol/push-rules/push-rules.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'

export const handleGetPushRule = handler(
  getPushRule,
  ({ push }: WithPush) =>
    async ({ params, session }) =>
      rawJson(JSON.stringify(ruleIn(await push.rules.get(session.userId), params.kind, params.ruleId))),
)
