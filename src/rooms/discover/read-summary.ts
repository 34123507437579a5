// The summary of a room that we are in, from its current state.
// spec: client-server-api, definitions/room_summary; modules/spaces.md

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { type RoomSummary, type SummaryState, summaryKeys, summaryOf } from '#protocol/room-summary/room-summary.ts'
import { shownEvent } from '../read/event-form.ts'
import type { Engine } from '../room/engine.ts'
import type { RoomHead } from '../room/room-head.ts'

/** Undefined where we have no state. What it says may be old where we are not in the room any more: see `isHere`. */
export async function readSummary(engine: Engine, head: RoomHead): Promise<RoomSummary | undefined> {
  if (head.state === undefined) return undefined
  const state = await engine.stateEventsAt(head.state, summaryKeys)
  // A name that was redacted is still in the state, and not to be told.
  const shown: SummaryState = {
    get: (type, stateKey) => {
      const known = state.known(type, stateKey)
      return known && shownEvent(known)
    },
  }
  return summaryOf({ roomId: head.roomId, roomVersion: head.version.id, joined: head.joined }, shown)
}

/** Are we in the room, so that its state here is the state? */
export const isHere = (head: RoomHead | undefined, serverName: ServerName): head is RoomHead =>
  head?.state !== undefined && head.servers.has(serverName)
