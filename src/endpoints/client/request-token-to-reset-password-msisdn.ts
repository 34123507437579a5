// Refuses: no codes are sent to telephones.
// spec: client-server-api, POST /_matrix/client/v3/account/password/msisdn/requestToken

import { requestTokenToResetPasswordMSISDN } from '#api/client/request-token-to-reset-password-msisdn.ts'
import { handler } from '../handler.ts'
import { telephonesNotOffered } from './email-token-request.ts'

export const handleRequestTokenToResetPasswordMSISDN = handler(requestTokenToResetPasswordMSISDN, (_: object) => () => {
  throw telephonesNotOffered()
})
