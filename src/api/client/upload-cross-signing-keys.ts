// Publishes the user's cross-signing keys.
// spec: client-server-api, POST /_matrix/client/v3/keys/device_signing/upload

import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CrossSigningKeySchema } from '../schemas/device-keys.ts'
import { EmptyObjectSchema } from '../schemas/json.ts'
import { AuthDataSchema } from '../schemas/user-interactive.ts'

export const uploadCrossSigningKeys = endpoint({
  operationId: 'uploadCrossSigningKeys',
  method: 'POST',
  path: '/_matrix/client/v3/keys/device_signing/upload',
  formerPaths: ['/_matrix/client/r0/keys/device_signing/upload', '/_matrix/client/unstable/keys/device_signing/upload'],
  authenticate: 'access-token',
  rateLimit: 'none',
  body: Type.Object({
    auth: Type.Optional(AuthDataSchema),
    master_key: Type.Optional(CrossSigningKeySchema),
    self_signing_key: Type.Optional(CrossSigningKeySchema),
    user_signing_key: Type.Optional(CrossSigningKeySchema),
  }),
  userInteractive: true,
  response: EmptyObjectSchema,
})
