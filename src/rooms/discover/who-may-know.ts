// To whom a room may be told who is not in it: whoever may join it, knock on it or read it.
// spec: client-server-api, GET /rooms/{roomId}/hierarchy; server-server-api, GET /hierarchy/{roomId}

import type { RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { canAdmit, isOpenToAll, type RoomSummary } from '#protocol/room-summary/room-summary.ts'
import type { Engine } from '../room/engine.ts'
import type { RoomHead } from '../room/room-head.ts'
import { type Membership, membershipOfCode } from '../state/state-map.ts'
import { invitedFromServer, serverIsInAny } from '../store/mutual-rooms.ts'
import { membershipsOfUser } from '../store/read-memberships.ts'

/** A user's memberships by room, from one query: a walk through a space asks for many. */
export type OwnRooms = ReadonlyMap<RoomId, Membership>

export async function ownRooms(engine: Engine, userId: UserId): Promise<OwnRooms> {
  const rooms = new Map<RoomId, Membership>()
  for (const row of await engine.parts.database.run(membershipsOfUser, userId)) {
    const membership = membershipOfCode(row.membership as 1)
    if (membership) rooms.set(row.room_id as RoomId, membership)
  }
  return rooms
}

export function mayUserKnow(summary: RoomSummary, own: OwnRooms): boolean {
  const membership = own.get(summary.roomId)
  if (membership === 'ban') return summary.worldReadable
  if (membership === 'join' || membership === 'invite' || isOpenToAll(summary)) return true
  return canAdmit(summary).some((roomId) => own.get(roomId) === 'join')
}

/** Whether any user of the server may know of the room, which we are in. */
export async function mayServerKnow(
  engine: Engine,
  head: RoomHead,
  summary: RoomSummary,
  server: ServerName,
): Promise<boolean> {
  if (isOpenToAll(summary) || head.servers.has(server)) return true
  const { database } = engine.parts
  const rooms = canAdmit(summary)
  if (rooms.length > 0 && (await database.one(serverIsInAny, server, rooms)) !== undefined) return true
  return (await database.one(invitedFromServer, head.roomNid, `:${server}`)) !== undefined
}
