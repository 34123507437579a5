// People who follow a room to its replacement: what they have arranged for the old one goes along.
// spec: client-server-api/modules/room_upgrades.md #server-behaviour

import type { Milliseconds } from '#platform/clock/clock.ts'
import { type Follower, type FollowerParts, follow } from '#platform/follow/follow.ts'
import type { Position } from '#platform/stream/stream.ts'
import { parseRoomId, type RoomId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { objectAt, stringAt } from '#protocol/json/json.ts'
import type { StateEvents } from './room/hot-room.ts'
import { joinsOfOurs } from './store/read-memberships.ts'

/** What of the engine is needed here; the face offers it. */
interface Rooms {
  currentState(roomId: RoomId, keys: readonly { type: string; stateKey: string }[]): Promise<StateEvents | undefined>
  membership(roomId: RoomId, userId: UserId): Promise<string | undefined>
}

export interface Move {
  readonly userId: UserId
  readonly from: RoomId
  readonly to: RoomId
}

/** Joins per turn; each reads a create event and carries a few settings. */
const BATCH = 50
/** A client shows the new room by then with the tags of the old one; under load one query finds many joins. */
const REST: Milliseconds = 500

const creation = { type: 'm.room.create', stateKey: '' }

/**
 * Calls `carryOver` for each of our users who joins a room that replaces one which they were in. It must be repeatable, and leave
 * alone what the user has arranged for the new room already: who leaves and comes back is told again.
 */
export const followMoves = (
  rooms: Rooms,
  parts: FollowerParts,
  carryOver: (move: Move) => Promise<void>,
): Promise<Follower> =>
  follow<Join>(
    {
      name: 'rooms.moves',
      kinds: ['event'],
      batch: BATCH,
      rest: REST,
      begin: 'head',
      read: async (after, upTo, limit) => {
        const rows = await parts.database.run(joinsOfOurs, after, upTo, limit)
        return rows.map((row) => ({
          position: row.position,
          roomId: row.room_id as RoomId,
          userId: row.user_id as UserId,
        }))
      },
      handle: async (joins) => {
        for (const { roomId, userId } of joins) {
          const from = await predecessorOf(rooms, roomId)
          if (from === undefined || from === roomId) continue
          if ((await rooms.membership(from, userId)) !== undefined) await carryOver({ userId, from, to: roomId })
        }
      },
    },
    parts,
  )

interface Join {
  readonly position: Position
  readonly roomId: RoomId
  readonly userId: UserId
}

async function predecessorOf(rooms: Rooms, roomId: RoomId): Promise<RoomId | undefined> {
  const state = await rooms.currentState(roomId, [creation])
  const predecessor = objectAt(state?.get(creation.type, creation.stateKey)?.content ?? {}, 'predecessor')
  return parseRoomId(stringAt(predecessor ?? {}, 'room_id') ?? '')
}
