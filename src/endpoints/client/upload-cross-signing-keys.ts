// Publishes the cross-signing keys of the caller, who authenticates again to replace keys.
// spec: client-server-api, POST /_matrix/client/v3/keys/device_signing/upload

import { refuseGuest } from '#accounts/accounts.ts'
import { uploadCrossSigningKeys } from '#api/client/upload-cross-signing-keys.ts'
import { canonicalJson, objectAt } from '#protocol/json/json.ts'
import { handler } from '../handler.ts'
import type { WithAccounts } from './accounts-modules.ts'
import type { WithE2ee } from './e2ee-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleUploadCrossSigningKeys = handler(
  uploadCrossSigningKeys,
  ({ e2ee, accounts }: WithE2ee & WithAccounts) =>
    async ({ body, session }) => {
      refuseGuest(session)
      const keys = jsonBody(body)
      const upload = {
        master: objectAt(keys, 'master_key'),
        selfSigning: objectAt(keys, 'self_signing_key'),
        userSigning: objectAt(keys, 'user_signing_key'),
      }
      await e2ee.uploadCrossSigningKeys(session.userId, upload, async () => {
        // The consent is to these keys and no others.
        const { master = null, selfSigning = null, userSigning = null } = upload
        const operation = `uploadCrossSigningKeys ${canonicalJson([master, selfSigning, userSigning])}`
        await accounts.interactive({ body: keys, operation, session })
      })
      return {}
    },
)
