// Signing keys of servers.
// spec: server-server-api #retrieving-server-keys

import { Type } from 'typebox'
import { ServerNameSchema } from './identifiers.ts'
import { mapBy, mapOf, TimestampSchema } from './json.ts'

/** server → key ID → signature. */
export const ServerSignaturesSchema = mapBy(ServerNameSchema, mapOf(Type.String()))

export const ServerKeysSchema = Type.Object({
  old_verify_keys: Type.Optional(mapOf(Type.Object({ expired_ts: TimestampSchema, key: Type.String() }))),
  server_name: ServerNameSchema,
  signatures: ServerSignaturesSchema,
  valid_until_ts: TimestampSchema,
  verify_keys: mapOf(Type.Object({ key: Type.String() })),
})

export const NotaryAnswerSchema = Type.Object({ server_keys: Type.Optional(Type.Array(ServerKeysSchema)) })
