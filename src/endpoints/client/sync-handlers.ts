// The handlers of sync.
// spec: client-server-api #syncing

import type { Handler } from '../handler.ts'
import { handleGetKeysChanges } from './get-keys-changes.ts'
import { handleSync, type WithSync } from './sync.ts'

export type { WithSync } from './sync.ts'

export const syncHandlers: readonly Handler<WithSync>[] = [handleSync, handleGetKeysChanges]
