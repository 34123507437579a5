// Where to find a homeserver: the same words in `.well-known` and in the answer to a login.
// spec: client-server-api #well-known-uri

import { Type } from 'typebox'

const ServerAddressSchema = Type.Object({ base_url: Type.String() })

/** Further members, by namespaced names, tell clients of other services. */
export const WellKnownSchema = Type.Object({
  'm.homeserver': ServerAddressSchema,
  'm.identity_server': Type.Optional(ServerAddressSchema),
})
