// Downloads content.
// spec: client-server-api, GET /_matrix/client/v1/media/download/{serverName}/{mediaId}

import { getContentAuthed } from '#api/media/get-content-authed.ts'
import { handler } from '../handler.ts'
import { contentAnswer, uriIn } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetContentAuthed = handler(
  getContentAuthed,
  ({ media }: WithMedia) =>
    async ({ params, query, session, http: { signal } }) => {
      const asked = { uri: uriIn(params), wait: query.timeout_ms, caller: session.userId, signal }
      return contentAnswer(await media.download(asked))
    },
)
