// The state of a room as another server gave it.
// spec: server-server-api, GET /_matrix/federation/v1/state_ids/{roomId}, PUT /_matrix/federation/v2/send_join

import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import { membershipCode } from '../room/append.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { StateEntry, StateNode } from '../state/state-map.ts'

/**
 * The state of which the events are: those of this room that were not rejected, one for each key (the first named counts). What else was
 * named is left out: no server can put another room's events, or two at once, into a state. Undefined without the room's beginning.
 */
export function givenState(engine: Engine, roomNid: number, events: Iterable<KnownEvent>): StateNode | undefined {
  const entries = new Map<string, StateEntry>()
  for (const known of events) {
    const { type, stateKey } = known.event
    if (known.roomNid !== roomNid || known.rejected || stateKey === undefined) continue
    const key = stateKeyOf(type, stateKey)
    if (entries.has(key)) continue
    entries.set(key, { type, stateKey, eventNid: known.nid, membership: membershipCode(known.event) })
  }
  return entries.has(stateKeyOf('m.room.create', '')) ? engine.nodes.trie.build(entries.values()) : undefined
}
