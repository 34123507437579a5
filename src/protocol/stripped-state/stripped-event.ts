// The wire shape of a stripped state event.
// spec: client-server-api #stripped-state

import type { JsonObject } from '#protocol/json/json.ts'

/** A state event as clients outside the room see it. Wire shape. */
export interface StrippedEvent {
  readonly type: string
  readonly state_key: string
  readonly sender: string
  readonly content: JsonObject
}
