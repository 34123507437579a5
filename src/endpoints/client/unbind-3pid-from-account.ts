// Has nothing to unbind: no identity server is told of an address.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/unbind

import { unbind3pidFromAccount } from '#api/client/unbind-3pid-from-account.ts'
import { handler } from '../handler.ts'

export const handleUnbind3pidFromAccount = handler(unbind3pidFromAccount, (_: object) => () => ({
  id_server_unbind_result: 'no-support' as const,
}))
