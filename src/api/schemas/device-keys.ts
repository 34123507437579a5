// Keys of devices and users, as uploaded, asked for and exchanged between servers. Signatures are judged by `e2ee`.
// spec: client-server-api #key-algorithms, #device-keys, #one-time-and-fallback-keys, #cross-signing

import { Type } from 'typebox'
import { DeviceIdSchema, UserIdSchema } from './identifiers.ts'
import { mapBy, mapOf, oneOf } from './json.ts'

/** user → key ID → signature. */
export const SignaturesSchema = mapBy(UserIdSchema, mapOf(Type.String()))

export const DeviceKeysSchema = Type.Object({
  algorithms: Type.Array(Type.String()),
  device_id: DeviceIdSchema,
  keys: mapOf(Type.String()),
  // Keys of other servers are passed on as they are: whether to trust a device that did not sign its keys is for clients to say.
  signatures: Type.Optional(SignaturesSchema),
  user_id: UserIdSchema,
})

/** Device keys as a server answers them: with the name that the owner gave the device. */
export const DeviceKeysWithNameSchema = Type.Object({
  ...DeviceKeysSchema.properties,
  unsigned: Type.Optional(Type.Object({ device_display_name: Type.Optional(Type.String()) })),
})

export const CrossSigningKeySchema = Type.Object({
  // Exactly one: its name carries the key itself.
  keys: Type.Unsafe<{ [key: string]: string }>(
    Type.Object({}, { additionalProperties: Type.String(), maxProperties: 1, minProperties: 1 }),
  ),
  signatures: Type.Optional(SignaturesSchema),
  usage: Type.Array(oneOf('master', 'self_signing', 'user_signing')),
  user_id: UserIdSchema,
})

const KeyObjectSchema = Type.Object({
  fallback: Type.Optional(Type.Boolean()),
  key: Type.String(),
  signatures: SignaturesSchema,
})

/** `<algorithm>:<key ID>` → the key, or an object with the key and its signatures. */
export const OneTimeKeysSchema = mapOf(Type.Union([Type.String(), KeyObjectSchema]))
