// Shows a small version of an image.
// spec: client-server-api, GET /_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}

import { getContentThumbnailAuthed } from '#api/media/get-content-thumbnail-authed.ts'
import { handler } from '../handler.ts'
import { contentAnswer, uriIn, wishIn } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetContentThumbnailAuthed = handler(
  getContentThumbnailAuthed,
  ({ media }: WithMedia) =>
    async ({ params, query, session, http: { signal } }) => {
      const asked = { uri: uriIn(params), wait: query.timeout_ms, caller: session.userId, signal }
      return contentAnswer(await media.thumbnail(asked, wishIn(query)))
    },
)
