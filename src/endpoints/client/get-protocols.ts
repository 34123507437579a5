// No bridge, no network.
// spec: client-server-api #third-party-networks, GET /_matrix/client/v3/thirdparty/protocols

import { getProtocols } from '#api/client/get-protocols.ts'
import { handler } from '../handler.ts'

export const handleGetProtocols = handler(getProtocols, (_: object) => () => ({}))
