// Puts a push rule in force, or out of it.
// spec: client-server-api, PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled

import { refuseGuest } from '#accounts/accounts.ts'
import { setPushRuleEnabled } from '#api/client/set-push-rule-enabled.ts'
import { setRuleEnabled } from '#protocol/push-rules/push-rules.ts'
import { handler } from '../handler.ts'
import { jsonBody } from './json-body.ts'
import type { WithPush } from './push-modules.ts'

export const handleSetPushRuleEnabled = handler(
  setPushRuleEnabled,
  ({ push }: WithPush) =>
    async ({ params: { kind, ruleId }, body, session }) => {
      refuseGuest(session)
      await push.rules.change(session.userId, (rules) => setRuleEnabled(rules, kind, ruleId, jsonBody(body)))
      return {}
    },
)
