// Publishes signatures of the caller over devices and users.
// spec: client-server-api, POST /_matrix/client/v3/keys/signatures/upload

import { refuseGuest } from '#accounts/accounts.ts'
import { uploadCrossSigningSignatures } from '#api/client/upload-cross-signing-signatures.ts'
import { handler } from '../handler.ts'
import { byUser } from './asked-of-users.ts'
import type { WithE2ee } from './e2ee-modules.ts'

export const handleUploadCrossSigningSignatures = handler(
  uploadCrossSigningSignatures,
  ({ e2ee }: WithE2ee) =>
    async ({ body, session }) => {
      refuseGuest(session)
      return { failures: await e2ee.uploadSignatures(session.userId, byUser(body)) }
    },
)
