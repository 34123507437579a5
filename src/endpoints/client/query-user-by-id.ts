// Tells nobody in other networks for any user.
// spec: client-server-api #third-party-networks, GET /_matrix/client/v3/thirdparty/user

import { queryUserByID } from '#api/client/query-user-by-id.ts'
import { handler } from '../handler.ts'

export const handleQueryUserByID = handler(queryUserByID, (_: object) => () => [])
