// Joining, knocking, leaving and inviting, wherever the room is: here when we are in it, else through a server that is.
// spec: client-server-api #room-membership; server-server-api #joining-rooms, #knocking-rooms, #leaving-rooms-rejecting-invites

import { MatrixError } from '#protocol/errors/errors.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { changeMembership, isLocal, type MembershipChange } from './membership.ts'
import { inviteRemoteUser } from './remote/invite-user.ts'
import { joinRemoteRoom, type RemoteMembership } from './remote/join-room.ts'
import { knockRemoteRoom, leaveOutsideRoom } from './remote/outside-membership.ts'
import type { Engine } from './room/engine.ts'

/** Falls back to other servers when nobody here may let people in. */
export async function joinRoom(engine: Engine, join: RemoteMembership): Promise<void> {
  if (!(await isResident(engine, join.roomId))) return joinRemoteRoom(engine, join)
  try {
    await changeOwn(engine, join, 'join')
  } catch (error) {
    const elsewhere = error instanceof MatrixError && error.errcode.startsWith('M_UNABLE_TO_')
    const others = (await engine.room(join.roomId))?.committed.serverNames ?? []
    if (!elsewhere || others.length < 2) throw error
    await joinRemoteRoom(engine, { ...join, servers: [...join.servers, ...others] })
  }
}

export async function knockOnRoom(engine: Engine, knock: RemoteMembership): Promise<void> {
  if (await isResident(engine, knock.roomId)) await changeOwn(engine, knock, 'knock')
  else await knockRemoteRoom(engine, knock)
}

/** Leaves, rejects an invite, or takes back a knock. */
export async function leaveRoom(engine: Engine, leave: RemoteMembership): Promise<void> {
  if (await isResident(engine, leave.roomId)) await changeOwn(engine, leave, 'leave')
  else await leaveOutsideRoom(engine, leave)
}

/** Invites a user, of this server or another. */
export async function inviteUser(engine: Engine, invite: MembershipChange): Promise<void> {
  if (isLocal(engine, invite.target)) await changeMembership(engine, invite)
  else await inviteRemoteUser(engine, invite)
}

/** Are we in the room, so that its state here is the state? */
export async function isResident(engine: Engine, roomId: RoomId): Promise<boolean> {
  return (await engine.room(roomId))?.committed.servers.has(engine.parts.serverName) ?? false
}

async function changeOwn(
  engine: Engine,
  { roomId, userId, content }: RemoteMembership,
  membership: 'join' | 'knock' | 'leave',
): Promise<void> {
  await changeMembership(engine, { roomId, sender: userId, target: userId, membership, content })
}
