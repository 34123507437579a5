// What is new for a device.
// spec: client-server-api, GET /_matrix/client/v3/sync; proposals/4222 (the unstable name, which is all that today's clients send)

import { sync as definition } from '#api/client/sync.ts'
import type { Sync } from '#sync/sync.ts'
import { rawJson } from '../answer.ts'
import { handler } from '../handler.ts'

export interface WithSync {
  readonly sync: Sync
}

const UNSTABLE_STATE_AFTER = 'org.matrix.msc4222.use_state_after'

export const handleSync = handler(definition, ({ sync }: WithSync) => async ({ query, session, http }) => {
  const { since, filter, timeout } = query
  const stateAfterNames: string[] = []
  if (query.use_state_after) stateAfterNames.push('state_after')
  if (query[UNSTABLE_STATE_AFTER]) stateAfterNames.push('org.matrix.msc4222.state_after')
  const { userId, deviceId } = session
  const { signal, draining } = http
  const answer = await sync.answer({
    userId,
    deviceId,
    since,
    filter,
    timeout,
    fullState: query.full_state,
    setPresence: query.set_presence,
    stateAfterNames,
    signal,
    draining,
  })
  return rawJson(answer)
})
