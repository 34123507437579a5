// Gives a thumbnail of content of ours to another server.
// spec: server-server-api, GET /_matrix/federation/v1/media/thumbnail/{mediaId}

import { getContentThumbnail } from '#api/federation/get-content-thumbnail.ts'
import { streamAnswer } from '../answer.ts'
import { wishIn } from '../client/media-calls.ts'
import type { WithMedia } from '../client/media-modules.ts'
import { handler } from '../handler.ts'

export const handleGetContentThumbnailForServer = handler(
  getContentThumbnail,
  ({ media }: WithMedia) =>
    async ({ params: { mediaId }, query, serverName, origin, http: { signal } }) => {
      const asked = { uri: { serverName, mediaId }, wait: query.timeout_ms, caller: origin, signal }
      const { body, headers } = media.asMultipart(await media.thumbnail(asked, wishIn(query)))
      return streamAnswer(body, headers)
    },
)
