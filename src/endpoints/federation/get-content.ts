// Gives content of ours to another server.
// spec: server-server-api, GET /_matrix/federation/v1/media/download/{mediaId}

import { getContent } from '#api/federation/get-content.ts'
import { streamAnswer } from '../answer.ts'
import type { WithMedia } from '../client/media-modules.ts'
import { handler } from '../handler.ts'

export const handleGetContentForServer = handler(
  getContent,
  ({ media }: WithMedia) =>
    async ({ params: { mediaId }, query, serverName, origin, http: { signal } }) => {
      const asked = { uri: { serverName, mediaId }, wait: query.timeout_ms, caller: origin, signal }
      const { body, headers } = media.asMultipart(await media.download(asked))
      return streamAnswer(body, headers)
    },
)
