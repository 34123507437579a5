// What the requests for a proof of an address have in common.
// spec: client-server-api, POST /_matrix/client/v3/register/email/requestToken and its likes

import type { requestTokenToRegisterEmail } from '#api/client/request-token-to-register-email.ts'
import type { BodyOf } from '#api/endpoint.ts'
import { threepidMediumNotSupported } from '#protocol/errors/errors.ts'

export const emailTokenRequest = (body: BodyOf<typeof requestTokenToRegisterEmail>) => ({
  email: body.email,
  clientSecret: body.client_secret,
  sendAttempt: body.send_attempt,
  // Some clients send the empty string for "none".
  nextLink: body.next_link || undefined,
})

export const telephonesNotOffered = () =>
  threepidMediumNotSupported('This server sends no messages to telephones. Use an e-mail address.')
