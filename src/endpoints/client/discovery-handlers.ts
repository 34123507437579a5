// What a client asks before anything else, and where its calls go.

import type { Handler } from '../handler.ts'
import { handleGetTurnServer } from './get-turn-server.ts'
import { handleGetVersions } from './get-versions.ts'
import { handleGetWellknown } from './get-wellknown.ts'
import { handleGetWellknownSupport } from './get-wellknown-support.ts'

export const discoveryHandlers: readonly Handler[] = [
  handleGetVersions,
  handleGetWellknown,
  handleGetWellknownSupport,
  handleGetTurnServer,
]
