// Tells no place in other networks for any room.
// spec: client-server-api #third-party-networks, GET /_matrix/client/v3/thirdparty/location

import { queryLocationByAlias } from '#api/client/query-location-by-alias.ts'
import { handler } from '../handler.ts'

export const handleQueryLocationByAlias = handler(queryLocationByAlias, (_: object) => () => [])
