// The rooms that a room has replaced: whoever searches in a room means its whole history, also that from before an upgrade.
// spec: client-server-api/modules/room_upgrades.md, modules/search.md

import { parseRoomId, type RoomId } from '#protocol/identifiers/identifiers.ts'
import { objectAt, stringAt } from '#protocol/json/json.ts'
import type { Engine } from '../room/engine.ts'

/** Rooms asked for whose predecessors are looked up, and upgrades that are followed back. */
const MOST_ROOMS = 50
const MOST_STEPS = 10

const creation = { type: 'm.room.create', stateKey: '' }

/** The rooms and those that they replaced, one after the other. Which of them the user may search is for the search to say. */
export async function withPredecessors(engine: Engine, roomIds: readonly string[]): Promise<string[]> {
  const all = new Set(roomIds)
  for (const text of roomIds.slice(0, MOST_ROOMS)) {
    let roomId = parseRoomId(text)
    for (let step = 0; step < MOST_STEPS && roomId !== undefined; step++) {
      roomId = await predecessorOf(engine, roomId)
      if (roomId !== undefined) all.add(roomId)
    }
  }
  return [...all]
}

async function predecessorOf(engine: Engine, roomId: RoomId): Promise<RoomId | undefined> {
  const state = (await engine.room(roomId))?.committed.state
  const created = state && (await engine.stateEventsAt(state, [creation])).get(creation.type, creation.stateKey)
  return parseRoomId(stringAt(objectAt(created?.content ?? {}, 'predecessor') ?? {}, 'room_id') ?? '')
}
