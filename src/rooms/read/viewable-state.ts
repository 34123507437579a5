// Which state of a room a user may look at: today's for members and where the world may read, the one they left with for those who left.
// spec: client-server-api, GET /rooms/{roomId}/state, /members; modules/history_visibility.md

import { forbidden } from '#protocol/errors/errors.ts'
import { historyVisibilityOf } from '#protocol/history-visibility/history-visibility.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { RoomHead } from '../room/room-head.ts'
import { membershipCodes, type NodeHash } from '../state/state-map.ts'
import { membershipInRoom } from '../store/read-memberships.ts'
import { endOfStay } from './end-of-stay.ts'

export interface ViewableState {
  readonly head: RoomHead
  readonly state: NodeHash
  /** The reader left with this event; undefined: the state is the current one. */
  readonly left: KnownEvent | undefined
}

/** @throws 403 `room/not-a-member` for everyone else, whether or not the room exists. */
export async function viewableState(engine: Engine, roomId: RoomId, userId: UserId): Promise<ViewableState> {
  const head = (await engine.room(roomId))?.committed
  if (head?.state) {
    const current = { head, state: engine.nodes.trie.hash(head.state), left: undefined }
    const row = await engine.parts.database.one(membershipInRoom, head.roomNid, userId)
    if (row?.membership === membershipCodes.join || (await isWorldReadable(engine, head))) return current
    const left = row && !row.forgotten ? await endOfStay(engine, row.event_nid, userId) : undefined
    if (left?.stateAfter) return { head, state: left.stateAfter, left }
  }
  throw forbidden('room/not-a-member', 'You are not in this room. Ask for an invitation.')
}

export async function isWorldReadable(engine: Engine, head: RoomHead): Promise<boolean> {
  if (!head.state) return false
  const state = await engine.stateEventsAt(head.state, [{ type: 'm.room.history_visibility', stateKey: '' }])
  return historyVisibilityOf(state.get('m.room.history_visibility', '')) === 'world_readable'
}
