// Memberships on a real PostgreSQL: who may change whose, who vouches for joins into restricted rooms, and large rooms.
// spec: client-server-api #room-membership, modules/restricted_rooms.md; rooms/v8, v10, v12

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { statement } from '#platform/database/database.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { RoomVersionId } from '#protocol/room-versions/room-versions.ts'
import {
  aMessage,
  anna,
  aRoom,
  aUserId,
  bo,
  cia,
  joins,
  roomsForTests,
  scopeOfFile,
  type TestRooms,
  timelineOf,
} from './rooms-for-tests.ts'

const scope = scopeOfFile()
let t: TestRooms
before(async () => {
  t = await roomsForTests(scope)
})

const refusedBy = (rule: string) => (error: unknown) => {
  assert.ok(error instanceof MatrixError, String(error))
  assert.equal(error.rule, rule)
  return true
}
const refusedWith = (errcode: string) => (error: unknown) => {
  assert.ok(error instanceof MatrixError, String(error))
  assert.equal(error.errcode, errcode)
  return true
}

const by = (roomId: RoomId, sender: UserId, target: UserId) => ({ roomId, sender, target })

async function restrictedRoom(version: RoomVersionId, rule: string, allowed: RoomId[], more: object = {}) {
  const allow = allowed.map((room_id) => ({ type: 'm.room_membership', room_id }))
  const content = { join_rule: rule, allow }
  return t.rooms.create(
    aRoom({ version, initialState: [{ type: 'm.room.join_rules', stateKey: '', content }], ...more }),
  )
}

for (const [version, rule] of [
  ['8', 'restricted'],
  ['9', 'restricted'],
  ['10', 'knock_restricted'],
  ['12', 'restricted'],
] as const) {
  test(`a ${rule} room of version ${version} takes members of the room it names, vouched for by one who may invite`, async () => {
    const space = await t.rooms.create(aRoom())
    const roomId = await restrictedRoom(version, rule, [space])
    await assert.rejects(t.rooms.changeMembership(joins(roomId, bo)), refusedBy('join/restricted'))
    await t.rooms.changeMembership(joins(space, bo))
    await t.rooms.changeMembership(joins(roomId, bo))
    const key = { type: 'm.room.member', stateKey: bo }
    const content = (await t.rooms.currentState(roomId, [key]))?.get(key.type, bo)?.content
    assert.deepEqual(content, { membership: 'join', join_authorised_via_users_server: anna })
    await t.rooms.changeMembership({ ...by(roomId, bo, bo), membership: 'leave' })
    await t.rooms.changeMembership({ ...by(space, bo, bo), membership: 'leave' })
    await assert.rejects(t.rooms.changeMembership(joins(roomId, bo)), refusedBy('join/restricted'))
  })
}

test('a client cannot name its own voucher', async () => {
  const space = await t.rooms.create(aRoom())
  const content = { join_authorised_via_users_server: anna }
  const closed = await restrictedRoom('11', 'restricted', [space])
  const dan = aUserId('dan')
  await assert.rejects(t.rooms.changeMembership({ ...joins(closed, dan), content }), refusedBy('join/restricted'))
  const open = await t.rooms.create(aRoom({ version: '11' }))
  await t.rooms.changeMembership({ ...joins(open, dan), content })
  const key = { type: 'm.room.member', stateKey: dan }
  const stored = (await t.rooms.currentState(open, [key]))?.get(key.type, dan)?.content
  assert.deepEqual(stored, { membership: 'join' })
})

test('an invite needs no voucher, and a ban is not got around by one', async () => {
  const space = await t.rooms.create(aRoom())
  const roomId = await restrictedRoom('11', 'restricted', [space])
  await t.rooms.changeMembership(joins(space, cia))
  await t.rooms.changeMembership({ ...by(roomId, anna, bo), membership: 'invite' })
  await t.rooms.changeMembership(joins(roomId, bo))
  await t.rooms.changeMembership({ ...by(roomId, anna, cia), membership: 'ban' })
  await assert.rejects(t.rooms.changeMembership(joins(roomId, cia)), refusedBy('join/banned'))
})

test('without anybody here who may invite, or knowledge of the named room, the join is another server to grant', async () => {
  const space = await t.rooms.create(aRoom())
  await t.rooms.changeMembership(joins(space, bo))
  const levels = { users: { [anna]: 100 }, invite: 101 }
  const nobody = await restrictedRoom('11', 'restricted', [space], { powerLevelContentOverride: levels })
  await assert.rejects(t.rooms.changeMembership(joins(nobody, bo)), refusedWith('M_UNABLE_TO_GRANT_JOIN'))
  const unknown = await restrictedRoom('11', 'restricted', ['!elsewhere:beta.example' as RoomId])
  await assert.rejects(t.rooms.changeMembership(joins(unknown, bo)), refusedWith('M_UNABLE_TO_AUTHORISE_JOIN'))
})

test('a kick is a leave by another, for those who are there; a ban is lifted by an unban alone', async () => {
  const roomId = await t.rooms.create(aRoom())
  await assert.rejects(t.rooms.kick(by(roomId, anna, bo)), refusedBy('kick/not-there'))
  await t.rooms.changeMembership(joins(roomId, bo))
  await assert.rejects(t.rooms.kick(by(roomId, bo, anna)), refusedBy('kick/power-level'))
  await t.rooms.kick({ ...by(roomId, anna, bo), reason: 'paus' })
  assert.equal(await t.rooms.membership(roomId, bo), 'leave')
  await t.rooms.changeMembership({ ...by(roomId, anna, bo), membership: 'ban' })
  await assert.rejects(t.rooms.kick(by(roomId, anna, bo)), refusedBy('kick/not-there'))
  await t.rooms.unban(by(roomId, anna, bo))
  await assert.rejects(t.rooms.unban(by(roomId, anna, bo)), refusedBy('unban/not-banned'))
})

test('since version 12 nobody removes a creator, another creator neither', async () => {
  const roomId = await t.rooms.create(aRoom({ preset: 'trusted_private_chat', invite: [bo], version: '12' }))
  await t.rooms.changeMembership(joins(roomId, bo))
  await assert.rejects(t.rooms.kick(by(roomId, anna, bo)), refusedBy('kick/not-outranked'))
  await assert.rejects(t.rooms.kick(by(roomId, bo, anna)), refusedBy('kick/not-outranked'))
})

test('a room is forgotten by those who have left it, and comes back with the next membership', async () => {
  const roomId = await t.rooms.create(aRoom())
  await t.rooms.changeMembership(joins(roomId, bo))
  assert.equal(await t.rooms.forget(roomId, bo), false)
  await t.rooms.changeMembership({ ...by(roomId, bo, bo), membership: 'leave' })
  assert.equal(await t.rooms.forget(roomId, bo), true)
  assert.equal((await t.rooms.roomOf(roomId, bo))?.forgotten, true)
  await t.rooms.changeMembership({ ...by(roomId, anna, bo), membership: 'invite' })
  assert.deepEqual(
    [(await t.rooms.roomOf(roomId, bo))?.forgotten, (await t.rooms.roomOf(roomId, bo))?.membership],
    [false, 'invite'],
  )
  assert.equal(await t.rooms.forget('!nowhere:alfa.example' as RoomId, bo), false)
})

test('an invite to a server that does not answer fails, and leaves nothing in the room', async () => {
  const roomId = await t.rooms.create(aRoom())
  const before = (await timelineOf(t.rooms, roomId)).length
  const invite = { ...by(roomId, anna, aUserId('dan', 'beta.example')), membership: 'invite' } as const
  await assert.rejects(t.rooms.invite(invite), (error: unknown) => error instanceof MatrixError && error.status === 502)
  assert.equal((await timelineOf(t.rooms, roomId)).length, before)
  await t.rooms.send(roomId, aMessage('vidare'))
})

const sizes = statement<[], { nodes: number; bytes: number; members: number }>(
  'test.member_sizes',
  `select count(*)::int as nodes, coalesce(sum(length(body)), 0)::int as bytes,
     (select count(*)::int from membership) as members from state_node`,
)

test('two thousand members join at once; a message then stores no state, and one more member some small rows', async () => {
  const roomId = await t.rooms.create(aRoom())
  const users = Array.from({ length: 2_000 }, (_, n) => aUserId(`u${n}`))
  for (let at = 0; at < users.length; at += 500) {
    await Promise.all(users.slice(at, at + 500).map((userId) => t.rooms.changeMembership(joins(roomId, userId))))
  }
  assert.equal((await t.rooms.head(roomId))?.joined, 2_001)
  const { rooms } = await t.again()
  assert.equal((await rooms.head(roomId))?.servers.get('alfa.example' as never), 2_001)

  const before = await t.database.one(sizes)
  await rooms.send(roomId, aMessage('hej', users[1_234]))
  assert.deepEqual(await t.database.one(sizes), before)
  await rooms.changeMembership(joins(roomId, bo))
  const after = await t.database.one(sizes)
  const added = (key: 'nodes' | 'bytes' | 'members') => (after?.[key] ?? 0) - (before?.[key] ?? 0)
  assert.equal(added('members'), 1)
  assert.ok(added('nodes') <= 5, `${added('nodes')} nodes`)
  assert.ok(added('bytes') <= 3_500, `${added('bytes')} bytes`)
  const reader = { userId: bo, deviceId: undefined }
  const all = { roomId, at: undefined, membership: undefined, notMembership: undefined }
  assert.equal((await rooms.reading.members(all, reader)).length, 2_002)
  assert.equal((await rooms.reading.state(roomId, reader)).length, 2_007)
})
