// Gives one-time keys of our users' devices to another server.
// spec: server-server-api, POST /_matrix/federation/v1/user/keys/claim

import { claimUserEncryptionKeys } from '#api/federation/claim-user-encryption-keys.ts'
import { rawJson } from '../answer.ts'
import { byDevice } from '../client/asked-of-users.ts'
import type { WithE2ee } from '../client/e2ee-modules.ts'
import { handler } from '../handler.ts'

export const handleClaimUserEncryptionKeys = handler(
  claimUserEncryptionKeys,
  ({ e2ee }: WithE2ee) =>
    async ({ body }) =>
      rawJson(JSON.stringify({ one_time_keys: await e2ee.claimKeysForServer(byDevice(body.one_time_keys)) })),
)
