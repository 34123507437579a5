// Shows what a push rule does.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/actions

import { getPushRuleActions } from '#api/client/get-push-rule-actions.ts'
import { ruleIn } from '#protocol/push-rules/push-rules.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'

export const handleGetPushRuleActions = handler(
  getPushRuleActions,
  ({ push }: WithPush) =>
    async ({ params, session }) => ({
      actions: [...ruleIn(await push.rules.get(session.userId), params.kind, params.ruleId).actions],
    }),
)
