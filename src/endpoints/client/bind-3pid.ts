// Refuses to tell an identity server whose an address is.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/bind

import { bind3PID } from '#api/client/bind-3pid.ts'
import { serverNotTrusted } from '#protocol/errors/errors.ts'
import { handler } from '../handler.ts'

export const handleBind3PID = handler(bind3PID, (_: object) => () => {
  throw serverNotTrusted('There is no identity server that this server trusts. An address is not told to any.')
})
