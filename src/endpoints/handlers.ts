// Every handler of the house, in one list: what the process mounts.

import { accountsHandlers } from './client/accounts-handlers.ts'
import { discoveryHandlers } from './client/discovery-handlers.ts'
import { e2eeHandlers } from './client/e2ee-handlers.ts'
import { emailHandlers } from './client/email-handlers.ts'
import { ephemeralHandlers } from './client/ephemeral-handlers.ts'
import { findingHandlers } from './client/finding-handlers.ts'
import { mediaHandlers } from './client/media-handlers.ts'
import { moderationHandlers } from './client/moderation-handlers.ts'
import { pushHandlers } from './client/push-handlers.ts'
import { roomsHandlers } from './client/rooms-handlers.ts'
import { syncHandlers } from './client/sync-handlers.ts'
import { thirdPartyHandlers } from './client/third-party-handlers.ts'
import { e2eeFederationHandlers } from './federation/e2ee-handlers.ts'
import { federationHandlers } from './federation/federation-handlers.ts'
import type { Handler } from './handler.ts'
import type { Modules } from './modules.ts'

export const allHandlers: readonly Handler<Modules>[] = [
  ...discoveryHandlers,
  ...accountsHandlers,
  ...emailHandlers,
  ...ephemeralHandlers,
  ...pushHandlers,
  ...mediaHandlers,
  ...roomsHandlers,
  ...findingHandlers,
  ...moderationHandlers,
  ...thirdPartyHandlers,
  ...e2eeHandlers,
  ...syncHandlers,
  ...federationHandlers,
  ...e2eeFederationHandlers,
]
