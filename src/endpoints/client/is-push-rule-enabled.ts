// Tells whether a push rule is in force.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled

import { isPushRuleEnabled } from '#api/client/is-push-rule-enabled.ts'
import { ruleIn } from '#protocol/push-rules/push-rules.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'

export const handleIsPushRuleEnabled = handler(
  isPushRuleEnabled,
  ({ push }: WithPush) =>
    async ({ params, session }) => ({
      enabled: ruleIn(await push.rules.get(session.userId), params.kind, params.ruleId).enabled,
    }),
)
