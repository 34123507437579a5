// Memberships of our users in rooms that we are in: join, invite, leave, kick, ban, unban, knock.
// spec: client-server-api #room-membership; rooms/v8 (restricted joins), rooms/v12

import { forbidden, unableToAuthoriseJoin, unableToGrantJoin } from '#protocol/errors/errors.ts'
import { type EventId, type RoomId, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, isObject, type JsonObject, stringAt } from '#protocol/json/json.ts'
import { isAtLeast, powerLevelOf, requiredLevelTo, roomPower } from '#protocol/power-levels/power-levels.ts'
import type { Engine } from './room/engine.ts'
import type { HotRoom, StateEvents } from './room/hot-room.ts'
import { type Draft, sendEvent } from './send-event.ts'
import { membershipCodes } from './state/state-map.ts'
import { forgetRoom, usersWithMembership } from './store/read-memberships.ts'

export interface MembershipChange {
  readonly roomId: RoomId
  readonly sender: UserId
  readonly target: UserId
  readonly membership: 'join' | 'invite' | 'leave' | 'ban' | 'knock'
  readonly reason?: string | undefined
  /** Display name, avatar and what else goes into the content (is_direct, third_party_invite, …). */
  readonly content?: JsonObject | undefined
}

/** Sends the member event. Joins of restricted rooms get the user who vouches for them. */
export async function changeMembership(engine: Engine, change: MembershipChange): Promise<EventId> {
  const { roomId, sender, target, membership, reason } = change
  const content: JsonObject = { ...change.content, membership }
  if (reason !== undefined) content['reason'] = reason
  if (membership === 'join') {
    // Ours to say: a client that names a voucher itself would be let in anywhere, or send what other servers must reject.
    delete content['join_authorised_via_users_server']
    const voucher = await voucherFor(engine, roomId, target)
    if (voucher !== undefined) content['join_authorised_via_users_server'] = voucher
  }
  const draft: Draft = { type: 'm.room.member', stateKey: target, sender, content }
  return sendEvent(engine, roomId, draft)
}

/** Makes a user leave who is in the room, invited or knocking. A ban is lifted by `unban` alone. @throws 403 */
export async function kick(engine: Engine, change: Omit<MembershipChange, 'membership'>): Promise<void> {
  const current = await membershipIn(engine, change.roomId, change.target)
  if (current !== 'join' && current !== 'invite' && current !== 'knock') {
    throw forbidden('kick/not-there', 'This user is neither in the room nor invited to it.')
  }
  await changeMembership(engine, { ...change, membership: 'leave' })
}

/** Takes away a ban; `leave` of a banned user. Anything else is not an unban. */
export async function unban(engine: Engine, change: Omit<MembershipChange, 'membership'>): Promise<void> {
  const current = await membershipIn(engine, change.roomId, change.target)
  if (current !== 'ban') throw forbidden('unban/not-banned', 'This user is not banned from the room.')
  await changeMembership(engine, { ...change, membership: 'leave' })
}

/** Forgets a room that the user has left. False: the user is still in it, or was never there. */
export async function forget(engine: Engine, roomId: RoomId, userId: UserId): Promise<boolean> {
  const room = await engine.room(roomId)
  if (!room) return false
  const { database, stream } = engine.parts
  if ((await database.run(forgetRoom, room.head.roomNid, userId)).length === 0) return false
  // So that whoever keeps the user's rooms in memory reads them anew.
  await stream.append({ facts: [{ kind: 'membership', room: roomId, user: userId }], rows: [] })
  return true
}

/** The user's membership in the current state of a room that we are in. */
export async function membershipIn(engine: Engine, roomId: RoomId, userId: UserId): Promise<string | undefined> {
  const room = await engine.room(roomId)
  if (!room?.committed.state) return undefined
  const state = await engine.stateEventsAt(room.committed.state, [{ type: 'm.room.member', stateKey: userId }])
  const event = state.get('m.room.member', userId)
  return event && stringAt(event.content, 'membership')
}

/**
 * Who vouches for a join into a restricted room: one of our users there who may invite. Undefined where no voucher is needed.
 *
 * @throws 403 when no condition for joining is fulfilled; 400 `M_UNABLE_TO_GRANT_JOIN` when nobody here may invite;
 * 400 `M_UNABLE_TO_AUTHORISE_JOIN` when this server cannot know.
 */
export async function voucherFor(engine: Engine, roomId: RoomId, userId: UserId): Promise<UserId | undefined> {
  const room = await engine.room(roomId)
  if (!room?.head.version.restrictedJoin || !room.committed.state) return undefined
  const state = await engine.stateEventsAt(room.committed.state, [
    { type: 'm.room.create', stateKey: '' },
    { type: 'm.room.join_rules', stateKey: '' },
    { type: 'm.room.power_levels', stateKey: '' },
    { type: 'm.room.member', stateKey: userId },
  ])
  const rules = state.get('m.room.join_rules', '')?.content
  const rule = rules && stringAt(rules, 'join_rule')
  if (!rules || !(rule === 'restricted' || (rule === 'knock_restricted' && room.head.version.knockRestrictedJoin))) {
    return undefined
  }
  const member = state.get('m.room.member', userId)
  const membership = member && stringAt(member.content, 'membership')
  if (membership === 'join' || membership === 'invite' || membership === 'ban') return undefined
  await refuseUnlessConditionHolds(engine, rules, userId)
  return findVoucher(engine, room, state)
}

async function refuseUnlessConditionHolds(engine: Engine, rules: JsonObject, userId: UserId): Promise<void> {
  let unknown = false
  for (const condition of arrayAt(rules, 'allow') ?? []) {
    if (!isObject(condition) || stringAt(condition, 'type') !== 'm.room_membership') continue
    const allowedRoom = stringAt(condition, 'room_id') as RoomId | undefined
    if (allowedRoom === undefined) continue
    const room = await engine.room(allowedRoom)
    if (!room?.committed.servers.has(engine.parts.serverName)) unknown = true
    else if ((await membershipIn(engine, allowedRoom, userId)) === 'join') return
  }
  if (unknown) {
    throw unableToAuthoriseJoin(
      'This server cannot check whether you may join. Try through another server in the room.',
    )
  }
  throw forbidden(
    'join/restricted',
    'This room is for members of certain other rooms. Join one of those first, or ask for an invitation.',
  )
}

async function findVoucher(engine: Engine, room: HotRoom, state: StateEvents): Promise<UserId> {
  const { version, roomNid } = room.head
  const create = state.get('m.room.create', '')
  const power = create && roomPower(state, version, create)
  const required = power && requiredLevelTo('invite', power)
  const ours = await engine.parts.database.run(usersWithMembership, roomNid, membershipCodes.join, MOST_VOUCHERS)
  for (const { user_id } of ours) {
    if (power && required !== undefined && isAtLeast(powerLevelOf(user_id as UserId, power), required)) {
      return user_id as UserId
    }
  }
  throw unableToGrantJoin('Nobody on this server may let people into the room. Try through another server in the room.')
}

/** Local members looked at to find one who may invite; those who came first are the likeliest. */
const MOST_VOUCHERS = 500

/** Is the user of this server? */
export const isLocal = (engine: Engine, userId: UserId): boolean => serverNameOf(userId) === engine.parts.serverName
