// Where the caller's notifications go.
// spec: client-server-api, GET /_matrix/client/v3/pushers

import { getPushers } from '#api/client/get-pushers.ts'
import { handler } from '../handler.ts'
import type { WithPush } from './push-modules.ts'

export const handleGetPushers = handler(getPushers, ({ push }: WithPush) => async ({ session }) => ({
  pushers: await push.pushers.list(session.userId),
}))
