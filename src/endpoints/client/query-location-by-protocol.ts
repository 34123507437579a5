// No room leads to another network.
// spec: client-server-api #third-party-networks, GET /_matrix/client/v3/thirdparty/location/{protocol}

import { queryLocationByProtocol } from '#api/client/query-location-by-protocol.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handleQueryLocationByProtocol = handler(queryLocationByProtocol, (_: object) => () => {
  throw notFound('No room of this server leads to this network.')
})
