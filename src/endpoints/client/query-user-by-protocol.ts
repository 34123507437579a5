// No user stands for somebody in another network.
// spec: client-server-api #third-party-networks, GET /_matrix/client/v3/thirdparty/user/{protocol}

import { queryUserByProtocol } from '#api/client/query-user-by-protocol.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handleQueryUserByProtocol = handler(queryUserByProtocol, (_: object) => () => {
  throw notFound('No user of this server stands for anybody in this network.')
})
