// All push rules of the user.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PushRulesetSchema } from '../schemas/push-rules.ts'

export const getPushRules = endpoint({
  operationId: 'getPushRules',
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/',
  formerPaths: ['/_matrix/client/v3/pushrules', '/_matrix/client/r0/pushrules/', '/_matrix/client/r0/pushrules'],
  authenticate: 'access-token',
  rateLimit: 'none',
  response: Type.Object({ global: PushRulesetSchema }),
})
