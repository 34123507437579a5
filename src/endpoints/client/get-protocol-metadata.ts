// No network is known here by any name.
// spec: client-server-api #third-party-networks, GET /_matrix/client/v3/thirdparty/protocol/{protocol}

import { getProtocolMetadata } from '#api/client/get-protocol-metadata.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handleGetProtocolMetadata = handler(getProtocolMetadata, (_: object) => () => {
  throw notFound('No bridge of this server leads to this network.')
})
