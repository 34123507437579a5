// What a push rule does.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/actions

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { PushActionsSchema, PushRuleKindSchema } from '../schemas/push-rules.ts'

export const getPushRuleActions = endpoint({
  operationId: 'getPushRuleActions',
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/:kind/:ruleId/actions',
  formerPaths: ['/_matrix/client/r0/pushrules/global/:kind/:ruleId/actions'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ kind: PushRuleKindSchema, ruleId: NameSchema }),
  response: Type.Object({ actions: PushActionsSchema }),
})
