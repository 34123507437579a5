// Downloads content under a file name of the caller's choice.
// spec: client-server-api, GET /_matrix/client/v1/media/download/{serverName}/{mediaId}/{fileName}

import { getContentOverrideNameAuthed } from '#api/media/get-content-override-name-authed.ts'
import { handler } from '../handler.ts'
import { contentAnswer, uriIn } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetContentOverrideNameAuthed = handler(
  getContentOverrideNameAuthed,
  ({ media }: WithMedia) =>
    async ({ params, query, session, http: { signal } }) => {
      const { fileName } = params
      const asked = { uri: uriIn(params), wait: query.timeout_ms, caller: session.userId, fileName, signal }
      return contentAnswer(await media.download(asked))
    },
)
