// Shows the keys of our users' devices to another server.
// spec: server-server-api, POST /_matrix/federation/v1/user/keys/query

import { queryUserEncryptionKeys } from '#api/federation/query-user-encryption-keys.ts'
import { rawJson } from '../answer.ts'
import { byUser } from '../client/asked-of-users.ts'
import type { WithE2ee } from '../client/e2ee-modules.ts'
import { handler } from '../handler.ts'

export const handleQueryUserEncryptionKeys = handler(
  queryUserEncryptionKeys,
  ({ e2ee }: WithE2ee) =>
    async ({ body }) =>
      rawJson(JSON.stringify(await e2ee.queryKeysForServer(byUser(body.device_keys)))),
)
