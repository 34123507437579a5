// Downloads content in the old way, without authentication, where the operator lets it.
// spec: client-server-api, GET /_matrix/media/v3/download/{serverName}/{mediaId}

import { getContent } from '#api/media/get-content.ts'
import { handler } from '../handler.ts'
import { contentAnswer, refuseWhereFrozen, uriIn } from './media-calls.ts'
import type { WithMedia } from './media-modules.ts'

export const handleGetContent = handler(
  getContent,
  ({ media }: WithMedia) =>
    async ({ params, query, http: { signal, remoteAddress } }) => {
      refuseWhereFrozen(media)
      const { timeout_ms: wait, allow_remote: mayFetch } = query
      return contentAnswer(await media.download({ uri: uriIn(params), wait, mayFetch, caller: remoteAddress, signal }))
    },
)
