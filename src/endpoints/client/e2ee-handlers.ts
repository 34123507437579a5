// The handlers of end-to-end encryption: keys, cross-signing, messages to devices, key backups.
// spec: client-server-api #end-to-end-encryption, #send-to-device-messaging

import type { Handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import { handleClaimKeys } from './claim-keys.ts'
import { handleDeleteRoomKeyBySessionId } from './delete-room-key-by-session-id.ts'
import { handleDeleteRoomKeys } from './delete-room-keys.ts'
import { handleDeleteRoomKeysByRoomId } from './delete-room-keys-by-room-id.ts'
import { handleDeleteRoomKeysVersion } from './delete-room-keys-version.ts'
import type { WithE2ee } from './e2ee-modules.ts'
import { handleGetRoomKeyBySessionId } from './get-room-key-by-session-id.ts'
import { handleGetRoomKeys } from './get-room-keys.ts'
import { handleGetRoomKeysByRoomId } from './get-room-keys-by-room-id.ts'
import { handleGetRoomKeysVersion } from './get-room-keys-version.ts'
import { handleGetRoomKeysVersionCurrent } from './get-room-keys-version-current.ts'
import { handlePostRoomKeysVersion } from './post-room-keys-version.ts'
import { handlePutRoomKeyBySessionId } from './put-room-key-by-session-id.ts'
import { handlePutRoomKeys } from './put-room-keys.ts'
import { handlePutRoomKeysByRoomId } from './put-room-keys-by-room-id.ts'
import { handlePutRoomKeysVersion } from './put-room-keys-version.ts'
import { handleQueryKeys } from './query-keys.ts'
import { handleSendToDevice } from './send-to-device.ts'
import { handleUploadCrossSigningKeys } from './upload-cross-signing-keys.ts'
import { handleUploadCrossSigningSignatures } from './upload-cross-signing-signatures.ts'
import { handleUploadKeys } from './upload-keys.ts'

export const e2eeHandlers: readonly Handler<WithE2ee & WithAccounts>[] = [
  handleUploadKeys,
  handleQueryKeys,
  handleClaimKeys,
  handleUploadCrossSigningKeys,
  handleUploadCrossSigningSignatures,
  handleSendToDevice,
  handlePostRoomKeysVersion,
  handleGetRoomKeysVersionCurrent,
  handleGetRoomKeysVersion,
  handlePutRoomKeysVersion,
  handleDeleteRoomKeysVersion,
  handlePutRoomKeys,
  handlePutRoomKeysByRoomId,
  handlePutRoomKeyBySessionId,
  handleGetRoomKeys,
  handleGetRoomKeysByRoomId,
  handleGetRoomKeyBySessionId,
  handleDeleteRoomKeys,
  handleDeleteRoomKeysByRoomId,
  handleDeleteRoomKeyBySessionId,
]
