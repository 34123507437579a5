// The handlers of push rules, pushers and notifications.
// spec: client-server-api/modules/push.md

import type { Handler } from '../handler.ts'
import { handleDeletePushRule } from './delete-push-rule.ts'
import { handleGetNotifications } from './get-notifications.ts'
import { handleGetPushRule } from './get-push-rule.ts'
import { handleGetPushRuleActions } from './get-push-rule-actions.ts'
import { handleGetPushRules } from './get-push-rules.ts'
import { handleGetPushRulesGlobal } from './get-push-rules-global.ts'
import { handleGetPushers } from './get-pushers.ts'
import { handleIsPushRuleEnabled } from './is-push-rule-enabled.ts'
import { handlePostPusher } from './post-pusher.ts'
import type { WithPush } from './push-modules.ts'
import { handleSetPushRule } from './set-push-rule.ts'
import { handleSetPushRuleActions } from './set-push-rule-actions.ts'
import { handleSetPushRuleEnabled } from './set-push-rule-enabled.ts'

export const pushHandlers: readonly Handler<WithPush>[] = [
  handleGetPushRules,
  handleGetPushRulesGlobal,
  handleGetPushRule,
  handleSetPushRule,
  handleDeletePushRule,
  handleGetPushRuleActions,
  handleSetPushRuleActions,
  handleIsPushRuleEnabled,
  handleSetPushRuleEnabled,
  handleGetPushers,
  handlePostPusher,
  handleGetNotifications,
]
