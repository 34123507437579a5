// Uploads content to an address that was given out before.
// spec: client-server-api, PUT /_matrix/media/v3/upload/{serverName}/{mediaId}

import { refuseGuest } from '#accounts/accounts.ts'
import { uploadContentToMXC } from '#api/media/upload-content-to-mxc.ts'
import { handler } from '../handler.ts'
import { uploadFrom, uriIn } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleUploadContentToMxc = handler(
  uploadContentToMXC,
  ({ media }: WithMedia) =>
    async ({ params, query, session, http }) => {
      refuseGuest(session)
      const upload = uploadFrom(media, http, { userId: session.userId, fileName: query.filename })
      await media.uploadTo(uriIn(params), upload)
      return {}
    },
)
