// Which program and version this server runs.
// spec: server-server-api, GET /_matrix/federation/v1/version

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const getVersion = endpoint({
  operationId: 'getVersion',
  method: 'GET',
  path: '/_matrix/federation/v1/version',
  authenticate: 'none',
  rateLimit: 'none',
  response: Type.Object({
    server: Type.Optional(Type.Object({ name: Type.Optional(Type.String()), version: Type.Optional(Type.String()) })),
  }),
})
