// Shows whether a user is there.
// spec: client-server-api, GET /_matrix/client/v3/presence/{userId}/status

import { getPresence } from '#api/client/get-presence.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'
import type { WithEphemeral } from './ephemeral-modules.ts'

export const handleGetPresence = handler(
  getPresence,
  ({ ephemeral: { presence } }: WithEphemeral) =>
    async ({ params, session }) =>
      rawJson(JSON.stringify(presence.contentOf(await presence.get(session.userId, params.userId)))),
)
