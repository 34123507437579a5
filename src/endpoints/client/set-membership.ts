// A membership that is set as state: the same acts as by the endpoints for memberships.
// spec: client-server-api, PUT /rooms/{roomId}/state/m.room.member/{userId}

import { refuseSuspended, type Session } from '#accounts/accounts.ts'
import { invalidParam } from '#protocol/errors/errors.ts'
import {
  type EventId,
  parseUserId,
  type RoomId,
  type ServerName,
  serverNameOf,
} from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, stringAt } from '#protocol/json/json.ts'
import { refuseBlockedInvite } from './invite-permission.ts'
import type { WithRooms } from './rooms-modules.ts'

export interface SetMembership {
  readonly roomId: RoomId
  readonly stateKey: string
  readonly content: JsonObject
  readonly serverName: ServerName
}

/** @returns the member event. */
export async function setMembership(
  { accounts, rooms }: WithRooms,
  session: Session,
  { roomId, stateKey, content, serverName }: SetMembership,
): Promise<EventId> {
  const target = parseUserId(stateKey)
  if (target === undefined) throw invalidParam('The state key of a membership must be a user ID.')
  const membership = stringAt(content, 'membership')
  if (membership !== 'leave' || target !== session.userId) refuseSuspended(session)
  if (membership === 'invite') await refuseBlockedInvite(accounts, target, serverName)
  const { userId: sender } = session
  if (membership === 'join' && target === sender) {
    return rooms.changeMembership({ roomId, sender, target, membership, content })
  }
  if (membership !== 'invite' || serverNameOf(target) === serverName) {
    return rooms.send(roomId, { type: 'm.room.member', stateKey, sender, content })
  }
  await rooms.invite({ roomId, sender, target, membership, content })
  const key = { type: 'm.room.member', stateKey }
  const invited = (await rooms.currentState(roomId, [key]))?.get(key.type, key.stateKey)
  if (invited === undefined) throw new Error('An invite was taken into the room and is not in its state.')
  return invited.eventId
}
