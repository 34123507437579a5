// Makes or changes a push rule of the caller.
// spec: client-server-api, PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}

import { refuseGuest } from '#accounts/accounts.ts'
import { setPushRule } from '#api/client/set-push-rule.ts'
import { setRule } from '#protocol/push-rules/push-rules.ts'
import { handler } from '../handler.ts'
import { jsonBody } from './json-body.ts'
import type { WithPush } from './push-modules.ts'

export const handleSetPushRule = handler(
  setPushRule,
  ({ push }: WithPush) =>
    async ({ params, query, body, session }) => {
      refuseGuest(session)
      const change = { ...params, ...query, body: jsonBody(body) }
      await push.rules.change(session.userId, (rules) => setRule(rules, change))
      return {}
    },
)
