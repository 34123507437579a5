// The handlers of content, for clients and other servers.
// spec: client-server-api/modules/content_repo.md; server-server-api #content-repository

import { handleGetContentForServer } from '../federation/get-content.ts'
import { handleGetContentThumbnailForServer } from '../federation/get-content-thumbnail.ts'
import type { Handler } from '../handler.ts'
import { handleCreateContent } from './create-content.ts'
import { handleGetConfig } from './get-config.ts'
import { handleGetConfigAuthed } from './get-config-authed.ts'
import { handleGetContent } from './get-content.ts'
import { handleGetContentAuthed } from './get-content-authed.ts'
import { handleGetContentOverrideName } from './get-content-override-name.ts'
import { handleGetContentOverrideNameAuthed } from './get-content-override-name-authed.ts'
import { handleGetContentThumbnail } from './get-content-thumbnail.ts'
import { handleGetContentThumbnailAuthed } from './get-content-thumbnail-authed.ts'
import type { WithMedia } from './media-modules.ts'
import { handleUploadContent } from './upload-content.ts'
import { handleUploadContentToMxc } from './upload-content-to-mxc.ts'

export const mediaHandlers: readonly Handler<WithMedia>[] = [
  handleUploadContent,
  handleCreateContent,
  handleUploadContentToMxc,
  handleGetConfigAuthed,
  handleGetContentAuthed,
  handleGetContentOverrideNameAuthed,
  handleGetContentThumbnailAuthed,
  handleGetConfig,
  handleGetContent,
  handleGetContentOverrideName,
  handleGetContentThumbnail,
  handleGetContentForServer,
  handleGetContentThumbnailForServer,
]
