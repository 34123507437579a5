// Adds, changes or removes a place where the caller's notifications go.
// spec: client-server-api, POST /_matrix/client/v3/pushers/set

import { refuseGuest } from '#accounts/accounts.ts'
import { postPusher } from '#api/client/post-pusher.ts'
import { handler } from '../handler.ts'
import { jsonBody } from './json-body.ts'
import type { WithPush } from './push-modules.ts'

export const handlePostPusher = handler(postPusher, ({ push }: WithPush) => async ({ body, session }) => {
  refuseGuest(session)
  await push.pushers.set(session, jsonBody(body))
  return {}
})
