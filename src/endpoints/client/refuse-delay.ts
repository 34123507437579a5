// Events to be sent later are not taken: sending them at once would be worse than refusing them.
// spec: proposals/4140

import { unrecognized } from '#protocol/errors/errors.ts'

export function refuseDelay(query: { readonly 'org.matrix.msc4140.delay'?: number }): void {
  if (query['org.matrix.msc4140.delay'] === undefined) return
  throw unrecognized('This server does not send events later. Send the event without a delay.')
}
