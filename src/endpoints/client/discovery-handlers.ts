// What a client asks before anything else.

import type { Handler } from '../handler.ts'
import { handleGetVersions } from './get-versions.ts'
import { handleGetWellknown } from './get-wellknown.ts'

export const discoveryHandlers: readonly Handler[] = [handleGetVersions, handleGetWellknown]
