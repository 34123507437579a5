// Places in other networks that a room leads to.
// spec: client-server-api, GET /_matrix/client/v3/thirdparty/location

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { LocationsSchema } from '../schemas/third-party.ts'

export const queryLocationByAlias = endpoint({
  operationId: 'queryLocationByAlias',
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/location',
  formerPaths: ['/_matrix/client/r0/thirdparty/location'],
  authenticate: 'access-token',
  rateLimit: 'none',
  query: Type.Object({ alias: Type.String() }),
  response: LocationsSchema,
})
