// Refuses: no codes are sent to telephones.
// spec: client-server-api, POST /_matrix/client/v3/register/msisdn/requestToken

import { requestTokenToRegisterMSISDN } from '#api/client/request-token-to-register-msisdn.ts'
import { handler } from '../handler.ts'
import { telephonesNotOffered } from './email-token-request.ts'

export const handleRequestTokenToRegisterMSISDN = handler(requestTokenToRegisterMSISDN, (_: object) => () => {
  throw telephonesNotOffered()
})
