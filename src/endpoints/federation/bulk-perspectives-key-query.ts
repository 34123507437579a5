// Several servers' signing keys, as we have seen them, signed by us.
// spec: server-server-api, POST /_matrix/key/v2/query

import { bulkPerspectivesKeyQuery } from '#api/keys/bulk-perspectives-key-query.ts'
import { type KeyId, parseKeyId, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { handler } from '../handler.ts'
import type { WithTransport } from './federation-modules.ts'
import { keysAnswer } from './keys-answer.ts'

type Wanted = { readonly [keyId: string]: { readonly minimum_valid_until_ts?: number } }

export const handleBulkPerspectivesKeyQuery = handler(
  bulkPerspectivesKeyQuery,
  ({ federation }: WithTransport) =>
    async ({ body, http }) => {
      const asked = Object.entries(body.server_keys).map(
        ([server, keys]) => [server as ServerName, wantedKeys(keys)] as const, // the schema has parsed the names
      )
      return keysAnswer(await federation.queryKeys(new Map(asked), http.signal))
    },
)

function wantedKeys(keys: Wanted): Map<KeyId, number | undefined> {
  const wanted = new Map<KeyId, number | undefined>()
  for (const [text, { minimum_valid_until_ts }] of Object.entries(keys)) {
    const keyId = parseKeyId(text)
    if (keyId !== undefined) wanted.set(keyId, minimum_valid_until_ts)
  }
  return wanted
}
