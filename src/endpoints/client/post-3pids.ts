// Refuses proofs from identity servers.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid

import { post3PIDs } from '#api/client/post-3pids.ts'
import { threepidAuthFailed } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handlePost3PIDs = handler(post3PIDs, (_: object) => () => {
  throw threepidAuthFailed('There is no identity server that this server trusts. Add an address by /account/3pid/add.')
})
