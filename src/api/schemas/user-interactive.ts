// What a client sends to prove again who it is. The stages are judged by `accounts`.
// spec: client-server-api #user-interactive-authentication-api, #identifier-types

import { Type } from 'typebox'

/** Further members depend on `type`. */
export const AuthDataSchema = Type.Object({
  session: Type.Optional(Type.String()),
  type: Type.Optional(Type.String()),
})

/** Further members depend on `type`: `user` for `m.id.user`. */
export const UserIdentifierSchema = Type.Object({ type: Type.String() })
