// Puts a push rule in or out of use.
// spec: client-server-api, PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { PushRuleKindSchema } from '../schemas/push-rules.ts'

export const setPushRuleEnabled = endpoint({
  operationId: 'setPushRuleEnabled',
  method: 'PUT',
  path: '/_matrix/client/v3/pushrules/global/:kind/:ruleId/enabled',
  formerPaths: ['/_matrix/client/r0/pushrules/global/:kind/:ruleId/enabled'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ kind: PushRuleKindSchema, ruleId: NameSchema }),
  body: Type.Object({ enabled: Type.Boolean() }),
  response: EmptyObjectSchema,
})
