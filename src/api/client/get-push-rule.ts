// One push rule.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/{kind}/{ruleId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { PushRuleKindSchema, PushRuleSchema } from '../schemas/push-rules.ts'

export const getPushRule = endpoint({
  operationId: 'getPushRule',
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/:kind/:ruleId',
  formerPaths: ['/_matrix/client/r0/pushrules/global/:kind/:ruleId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ kind: PushRuleKindSchema, ruleId: NameSchema }),
  response: PushRuleSchema,
})
