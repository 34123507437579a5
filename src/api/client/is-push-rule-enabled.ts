// Whether a push rule is in use.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { PushRuleKindSchema } from '../schemas/push-rules.ts'

export const isPushRuleEnabled = endpoint({
  operationId: 'isPushRuleEnabled',
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/:kind/:ruleId/enabled',
  formerPaths: ['/_matrix/client/r0/pushrules/global/:kind/:ruleId/enabled'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ kind: PushRuleKindSchema, ruleId: NameSchema }),
  response: Type.Object({ enabled: Type.Boolean() }),
})
