// Downloads content under another file name in the old way, where the operator lets it.
// spec: client-server-api, GET /_matrix/media/v3/download/{serverName}/{mediaId}/{fileName}

import { getContentOverrideName } from '#api/media/get-content-override-name.ts'
import { handler } from '../handler.ts'
import { contentAnswer, refuseWhereFrozen, uriIn } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetContentOverrideName = handler(
  getContentOverrideName,
  ({ media }: WithMedia) =>
    async ({ params, query, http: { signal, remoteAddress } }) => {
      refuseWhereFrozen(media)
      const { timeout_ms: wait, allow_remote: mayFetch } = query
      const asked = { uri: uriIn(params), wait, mayFetch, caller: remoteAddress, fileName: params.fileName, signal }
      return contentAnswer(await media.download(asked))
    },
)
