// Shows a small version of an image in the old way, where the operator lets it.
// spec: client-server-api, GET /_matrix/media/v3/thumbnail/{serverName}/{mediaId}

import { getContentThumbnail } from '#api/media/get-content-thumbnail.ts'
import { handler } from '../handler.ts'
import { contentAnswer, refuseWhereFrozen, uriIn, wishIn } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetContentThumbnail = handler(
  getContentThumbnail,
  ({ media }: WithMedia) =>
    async ({ params, query, http: { signal, remoteAddress } }) => {
      refuseWhereFrozen(media)
      const { timeout_ms: wait, allow_remote: mayFetch } = query
      const asked = { uri: uriIn(params), wait, mayFetch, caller: remoteAddress, signal }
      return contentAnswer(await media.thumbnail(asked, wishIn(query)))
    },
)
