// Deletes a push rule of the caller.
// spec: client-server-api, DELETE /_matrix/client/v3/pushrules/global/{kind}/{ruleId}

import { refuseGuest } from '#accounts/accounts.ts'
import { deletePushRule } from '#api/client/delete-push-rule.ts'
import { deleteRule } from '#protocol/push-rules/push-rules.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'

export const handleDeletePushRule = handler(deletePushRule, ({ push }: WithPush) => async ({ params, session }) => {
  refuseGuest(session)
  await push.rules.change(session.userId, (rules) => deleteRule(rules, params.kind, params.ruleId))
  return {}
})
