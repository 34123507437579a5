// The push rules that apply everywhere.
// spec: client-server-api, GET /_matrix/client/v3/pushrules/global/

import { endpoint } from '../endpoint.ts'
import { PushRulesetSchema } from '../schemas/push-rules.ts'

export const getPushRulesGlobal = endpoint({
  operationId: 'getPushRulesGlobal',
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/',
  formerPaths: [
    '/_matrix/client/v3/pushrules/global',
    '/_matrix/client/r0/pushrules/global/',
    '/_matrix/client/r0/pushrules/global',
  ],
  authenticate: 'access-token',
  rateLimit: 'none',
  response: PushRulesetSchema,
})
