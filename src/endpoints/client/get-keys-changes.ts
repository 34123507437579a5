// Whose devices have changed between two points of sync.
// spec: client-server-api, GET /_matrix/client/v3/keys/changes

import { getKeysChanges } from '#api/client/get-keys-changes.ts'
import { handler } from '../handler.ts'
import type { WithSync } from './sync.ts'

export const handleGetKeysChanges = handler(getKeysChanges, ({ sync }: WithSync) => async ({ query, session }) => {
  const { changed, left } = await sync.deviceListChanges(session, query)
  return { changed: [...changed], left: [...left] }
})
