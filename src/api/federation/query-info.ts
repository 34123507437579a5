// A query of a kind that has no endpoint of its own.
// spec: server-server-api, GET /_matrix/federation/v1/query/{queryType}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const queryInfo = endpoint({
  operationId: 'queryInfo',
  method: 'GET',
  path: '/_matrix/federation/v1/query/:queryType',
  authenticate: 'signed',
  rateLimit: 'federation',
  params: Type.Object({ queryType: Type.String() }),
})
