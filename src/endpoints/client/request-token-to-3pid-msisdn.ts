// Refuses: no codes are sent to telephones.
// spec: client-server-api, POST /_matrix/client/v3/account/3pid/msisdn/requestToken

import { requestTokenTo3PIDMSISDN } from '#api/client/request-token-to-3pid-msisdn.ts'
import { handler } from '../handler.ts'
import { telephonesNotOffered } from './email-token-request.ts'

export const handleRequestTokenTo3PIDMSISDN = handler(requestTokenTo3PIDMSISDN, (_: object) => () => {
  throw telephonesNotOffered()
})
