// The handlers of sync, and of what there was before it.
// spec: client-server-api #syncing

import type { Handler } from '../handler.ts'
import { handleGetEvents } from './get-events.ts'
import { handleGetKeysChanges } from './get-keys-changes.ts'
import { handleInitialSync } from './initial-sync.ts'
import type { WithRooms } from './rooms-modules.ts'
import { handleSlidingSync } from './sliding-sync.ts'
import { handleSlidingSyncDeployed } from './sliding-sync-deployed.ts'
import { handleSync, type WithSync } from './sync.ts'

export type { WithSync } from './sync.ts'

export const syncHandlers: readonly Handler<WithRooms & WithSync>[] = [
  handleSync,
  handleSlidingSync,
  handleSlidingSyncDeployed,
  handleGetKeysChanges,
  handleGetEvents,
  handleInitialSync,
]
