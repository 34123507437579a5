// Tells the largest upload that this server takes.
// spec: client-server-api, GET /_matrix/client/v1/media/config

import { getConfigAuthed } from '#api/media/get-config-authed.ts'
import { handler } from '../handler.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetConfigAuthed = handler(getConfigAuthed, ({ media }: WithMedia) => () => ({
  'm.upload.size': media.options.largestUpload,
}))
