// Third-party identifiers: e-mail addresses and telephone numbers, and how a client asks for a proof of one.
// spec: client-server-api #adding-account-administrative-contact-information; appendices #3pid-types

import { Type } from 'typebox'
import { oneOf } from './json.ts'

export const MediumSchema = oneOf('email', 'msisdn')

const common = {
  client_secret: Type.String(),
  id_access_token: Type.Optional(Type.String()),
  id_server: Type.Optional(Type.String()),
  next_link: Type.Optional(Type.String()),
  send_attempt: Type.Integer(),
}

export const EmailTokenRequestSchema = Type.Object({ ...common, email: Type.String() })

export const MsisdnTokenRequestSchema = Type.Object({
  ...common,
  country: Type.String(),
  phone_number: Type.String(),
})

export const RequestTokenResponseSchema = Type.Object({
  sid: Type.String(),
  submit_url: Type.Optional(Type.String()),
})

/** A proof from an identity server. */
export const IdentityServerProofSchema = Type.Object({
  client_secret: Type.String(),
  id_access_token: Type.String(),
  id_server: Type.String(),
  sid: Type.String(),
})

export const IdentifierToRemoveSchema = Type.Object({
  address: Type.String(),
  id_server: Type.Optional(Type.String()),
  medium: MediumSchema,
})

export const UnboundSchema = Type.Object({ id_server_unbind_result: oneOf('no-support', 'success') })
