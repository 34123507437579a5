// The handlers of typing, receipts and presence.
// spec: client-server-api/modules/typing_notifications.md, receipts.md, read_markers.md, presence.md

import type { Handler } from '../handler.ts'
import type { WithEphemeral } from './ephemeral-modules.ts'
import { handleGetPresence } from './get-presence.ts'
import { handlePostReceipt } from './post-receipt.ts'
import { handleSetPresence } from './set-presence.ts'
import { handleSetReadMarker } from './set-read-marker.ts'
import { handleSetTyping } from './set-typing.ts'

export const ephemeralHandlers: readonly Handler<WithEphemeral>[] = [
  handleSetTyping,
  handlePostReceipt,
  handleSetReadMarker,
  handleGetPresence,
  handleSetPresence,
]
