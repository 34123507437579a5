// Our signing keys, signed by themselves.
// spec: server-server-api, GET /_matrix/key/v2/server

import { getServerKey } from '#api/keys/get-server-key.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithTransport } from './federation-modules.ts'

export const handleGetServerKey = handler(
  getServerKey,
  ({ federation }: WithTransport) =>
    () =>
      rawJson(JSON.stringify(federation.ownKeys())),
)
