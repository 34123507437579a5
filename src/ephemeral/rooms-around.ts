// What ephemeral messages need to know of rooms: a small part of `#rooms/rooms.ts`.
// spec: server-server-api #typing-notifications, #receipts, #presence

import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { compileServerAcl } from '#protocol/server-acl/server-acl.ts'

/** An event with its place in the tenant's order: negative when backfilled, null when clients never see it. */
export interface PlacedEvent {
  readonly event: RoomEvent
  readonly position: number | null
}

export interface RoomsAround {
  /** The user's membership in a room that we are in; undefined: none. */
  membership(roomId: RoomId, userId: UserId): Promise<string | undefined>
  /** Those that are known, in any room. */
  events(eventIds: readonly EventId[]): Promise<readonly PlacedEvent[]>
  /** Which of the others share a joined room with the user. */
  sharesRoom(userId: UserId, others: readonly UserId[]): Promise<ReadonlySet<UserId>>
  /** Our users who share a joined room with the user. */
  localUsersSharingRoomsWith(userId: UserId): Promise<readonly UserId[]>
  currentState(
    roomId: RoomId,
    keys: readonly { readonly type: string; readonly stateKey: string }[],
  ): Promise<{ get(type: string, stateKey: string): RoomEvent | undefined } | undefined>
}

export const isJoined = async (rooms: RoomsAround, roomId: RoomId, userId: UserId): Promise<boolean> =>
  (await rooms.membership(roomId, userId)) === 'join'

const aclKey = [{ type: 'm.room.server_acl', stateKey: '' }] as const

/** Whether we are in the room and its access control list lets the server in. */
export async function letsServerIn(rooms: RoomsAround, roomId: RoomId, server: ServerName): Promise<boolean> {
  const state = await rooms.currentState(roomId, aclKey)
  if (state === undefined) return false
  return compileServerAcl(state.get('m.room.server_acl', '')?.content).verdictFor(server).allowed
}
