// Sets what a push rule does.
// spec: client-server-api, PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/actions

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { PushActionsSchema, PushRuleKindSchema } from '../schemas/push-rules.ts'

export const setPushRuleActions = endpoint({
  operationId: 'setPushRuleActions',
  method: 'PUT',
  path: '/_matrix/client/v3/pushrules/global/:kind/:ruleId/actions',
  formerPaths: ['/_matrix/client/r0/pushrules/global/:kind/:ruleId/actions'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ kind: PushRuleKindSchema, ruleId: NameSchema }),
  body: Type.Object({ actions: PushActionsSchema }),
  response: EmptyObjectSchema,
})
