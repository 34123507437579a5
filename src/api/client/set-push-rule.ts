// Adds, changes or moves a push rule.
// spec: client-server-api, PUT /_matrix/client/v3/pushrules/global/{kind}/{ruleId}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { NameSchema } from '../schemas/identifiers.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { PushActionsSchema, PushConditionSchema, PushRuleKindSchema } from '../schemas/push-rules.ts'

export const setPushRule = endpoint({
  operationId: 'setPushRule',
  method: 'PUT',
  path: '/_matrix/client/v3/pushrules/global/:kind/:ruleId',
  formerPaths: ['/_matrix/client/r0/pushrules/global/:kind/:ruleId'],
  authenticate: 'access-token',
  rateLimit: 'request',
  params: Type.Object({ kind: PushRuleKindSchema, ruleId: NameSchema }),
  query: Type.Object({ after: Type.Optional(Type.String()), before: Type.Optional(Type.String()) }),
  body: Type.Object({
    actions: PushActionsSchema,
    conditions: Type.Optional(Type.Array(PushConditionSchema)),
    pattern: Type.Optional(Type.String()),
  }),
  response: EmptyObjectSchema,
})
