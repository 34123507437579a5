// Another server's signing keys, as we have seen them, signed by us.
// spec: server-server-api, GET /_matrix/key/v2/query/{serverName}

import { perspectivesKeyQuery } from '#api/keys/perspectives-key-query.ts'
import { handler } from '../handler.ts'
import type { WithTransport } from './federation-modules.ts'
import { keysAnswer } from './keys-answer.ts'

export const handlePerspectivesKeyQuery = handler(
  perspectivesKeyQuery,
  ({ federation }: WithTransport) =>
    async ({ params, http }) =>
      keysAnswer(await federation.queryKeys(new Map([[params.serverName, new Map()]]), http.signal)),
)
