// Deletes a push rule of the user's own.
// spec: client-server-api, DELETE /_matrix/client/v3/pushrules/global/{kind}/{ruleId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { PushRuleKindSchema } from '../schemas/push-rules.ts'

export const deletePushRule = endpoint({
  operationId: 'deletePushRule',
  method: 'DELETE',
  path: '/_matrix/client/v3/pushrules/global/:kind/:ruleId',
  formerPaths: ['/_matrix/client/r0/pushrules/global/:kind/:ruleId'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ kind: PushRuleKindSchema, ruleId: NameSchema }),
  response: EmptyObjectSchema,
})
