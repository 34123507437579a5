// Publishes the keys of the device that calls.
// spec: client-server-api, POST /_matrix/client/v3/keys/upload

import { uploadKeys } from '#api/client/upload-keys.ts'
import { member } from '#protocol/json/json.ts'
import { handler } from '../handler.ts'
import type { WithE2ee } from './e2ee-modules.ts'
import { jsonBody } from './json-body.ts'

export const handleUploadKeys = handler(uploadKeys, ({ e2ee }: WithE2ee) => async ({ body, session }) => {
  const keys = jsonBody(body)
  const counts = await e2ee.uploadKeys(session, {
    deviceKeys: member(keys, 'device_keys'),
    oneTimeKeys: member(keys, 'one_time_keys'),
    fallbackKeys: member(keys, 'fallback_keys'),
  })
  return { one_time_key_counts: counts.oneTimeKeys }
})
