// Gives out an address for an upload that is to come.
// spec: client-server-api, POST /_matrix/media/v1/create

import { refuseGuest } from '#accounts/accounts.ts'
import { createContent } from '#api/media/create-content.ts'
import { handler } from '../handler.ts'
import type { WithMedia } from './media-modules.ts'

export const handleCreateContent = handler(createContent, ({ media }: WithMedia) => async ({ session }) => {
  refuseGuest(session)
  const { uri, expiresAt } = await media.create(session.userId)
  return { content_uri: uri, unused_expires_at: expiresAt }
})
