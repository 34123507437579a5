// Uploads content.
// spec: client-server-api, POST /_matrix/media/v3/upload

import { refuseGuest } from '#accounts/accounts.ts'
import { uploadContent } from '#api/media/upload-content.ts'
import { handler } from '../handler.ts'
import { uploadFrom } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleUploadContent = handler(
  uploadContent,
  ({ media }: WithMedia) =>
    async ({ query, session, http }) => {
      refuseGuest(session)
      const upload = uploadFrom(media, http, { userId: session.userId, fileName: query.filename })
      return { content_uri: await media.upload(upload) }
    },
)
