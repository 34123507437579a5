// What other servers ask about our users' keys.
// spec: server-server-api #device-management, #end-to-end-encryption

import type { WithE2ee } from '../client/e2ee-modules.ts'
import type { Handler } from '../handler.ts'
import { handleClaimUserEncryptionKeys } from './claim-user-encryption-keys.ts'
import { handleGetUserDevices } from './get-user-devices.ts'
import { handleQueryUserEncryptionKeys } from './query-user-encryption-keys.ts'

export const e2eeFederationHandlers: readonly Handler<WithE2ee>[] = [
  handleGetUserDevices,
  handleQueryUserEncryptionKeys,
  handleClaimUserEncryptionKeys,
]
