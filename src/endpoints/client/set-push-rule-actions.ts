// Sets what a push rule does, of the caller's own or predefined.
// spec: client-server-api, PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/actions

import { refuseGuest } from '#accounts/accounts.ts'
import { setPushRuleActions } from '#api/client/set-push-rule-actions.ts'
import { setRuleActions } from '#protocol/push-rules/push-rules.ts'
import { handler } from '../handler.ts'
import { jsonBody } from './json-body.ts'
import type { WithPush } from './push-modules.ts'

export const handleSetPushRuleActions = handler(
  setPushRuleActions,
  ({ push }: WithPush) =>
    async ({ params: { kind, ruleId }, body, session }) => {
      refuseGuest(session)
      await push.rules.change(session.userId, (rules) => setRuleActions(rules, kind, ruleId, jsonBody(body)))
      return {}
    },
)
