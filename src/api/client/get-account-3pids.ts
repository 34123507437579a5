// The e-mail addresses of the account.
// spec: client-server-api, GET /_matrix/client/v3/account/3pid

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { TimestampSchema } from '../schemas/json.ts'
import { MediumSchema } from '../schemas/third-party-identifiers.ts'

export const getAccount3PIDs = endpoint({
  operationId: 'getAccount3PIDs',
  method: 'GET',
  path: '/_matrix/client/v3/account/3pid',
  formerPaths: ['/_matrix/client/r0/account/3pid'],
  authenticate: 'access-token',
  rateLimit: 'none',
  response: Type.Object({
    threepids: Type.Optional(
      Type.Array(
        Type.Object({
          added_at: TimestampSchema,
          address: Type.String(),
          medium: MediumSchema,
          validated_at: TimestampSchema,
        }),
      ),
    ),
  }),
})
