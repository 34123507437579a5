// Rooms that lead to a place in another network.
// spec: client-server-api, GET /_matrix/client/v3/thirdparty/location/{protocol}

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { LocationsSchema } from '../schemas/third-party.ts'

export const queryLocationByProtocol = endpoint({
  operationId: 'queryLocationByProtocol',
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/location/:protocol',
  formerPaths: ['/_matrix/client/r0/thirdparty/location/:protocol'],
  authenticate: 'access-token',
  rateLimit: 'none',
  params: Type.Object({ protocol: Type.String() }),
  response: LocationsSchema,
})
