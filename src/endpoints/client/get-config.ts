// Tells the largest upload, asked for in the old way.
// spec: client-server-api, GET /_matrix/media/v3/config

import { getConfig } from '#api/media/get-config.ts'
import { handler } from '../handler.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetConfig = handler(getConfig, ({ media }: WithMedia) => () => ({
  'm.upload.size': media.options.largestUpload,
}))
