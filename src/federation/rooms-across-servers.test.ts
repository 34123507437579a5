// Rooms across servers: joining, leaving, and that everyone sees the same, whatever the line does.
// spec: server-server-api #joining-rooms, #inviting-to-a-room, #leaving-rooms-rejecting-invites, #knocking-rooms, #transactions

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { assertSame, settle, type TestLine, type TestServer, twoServers } from './servers-for-tests.ts'

const scope = scopeOfFile()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
})

for (const version of ['1', '5', '6', '10', '11', '12'] as const) {
  test(`version ${version}: an invited user joins, and messages go both ways`, async () => {
    const roomId = await alfa.createRoom(anna, { version, preset: 'private_chat' })
    await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite' })
    assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, 'invite')
    await beta.join(roomId, bo, alfa)
    await settle(alfa, beta)
    assert.equal(await alfa.membership(roomId, bo), 'join')
    await alfa.say(roomId, anna, 'hej')
    await settle(alfa, beta)
    await beta.say(roomId, bo, 'hej hej')
    await settle(alfa, beta)
    assert.deepEqual(await alfa.messages(roomId), ['hej', 'hej hej'])
    assert.deepEqual(await beta.messages(roomId), ['hej', 'hej hej'])
    await assertSame(roomId, alfa, beta)
    assert.deepEqual([...alfa.faults, ...beta.faults], [])
  })
}

test('a room that is not public lets nobody in who was not invited', async () => {
  const roomId = await alfa.createRoom(anna, { preset: 'private_chat' })
  await assert.rejects(beta.join(roomId, bo, alfa), { errcode: 'M_FORBIDDEN' })
  assert.equal(await beta.rooms.isResident(roomId), false)
})

test('a partition with messages and state on both sides heals to the same state and the same events', async () => {
  const roomId = await alfa.createRoom(anna, { powerLevelContentOverride: { users: { [bo]: 50 } } })
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  await alfa.say(roomId, anna, 'a1')
  await alfa.setState(roomId, anna, 'm.room.topic', { topic: 'från alfa' })
  await beta.say(roomId, bo, 'b1')
  await beta.setState(roomId, bo, 'm.room.topic', { topic: 'från beta' })
  await beta.setState(roomId, bo, 'm.room.name', { name: 'Beta' })
  await settle(alfa, beta)
  assert.deepEqual(await beta.messages(roomId), ['b1'])
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  await alfa.say(roomId, anna, 'a2')
  await settle(alfa, beta)
  assert.deepEqual((await alfa.messages(roomId)).sort(), ['a1', 'a2', 'b1'])
  await assertSame(roomId, alfa, beta)
  assert.deepEqual([...alfa.faults, ...beta.faults], [])
})

test('a server that was restarted in the middle sends what was under way, and each event is there once', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  for (const body of ['1', '2', '3']) await alfa.say(roomId, anna, body)
  await settle(alfa, beta)
  await alfa.restart()
  for (const body of ['4', '5']) await alfa.say(roomId, anna, body)
  await settle(alfa, beta)
  assert.deepEqual(await beta.messages(roomId), [])
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  assert.deepEqual(await beta.messages(roomId), ['1', '2', '3', '4', '5'])
  await assertSame(roomId, alfa, beta)
})

test('an answer that is lost makes the same transaction come again, and nothing twice', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  const before = line.network.requests.length
  line.network.next(alfa.name, beta.name, 'lose-answer')
  await alfa.say(roomId, anna, 'en gång')
  await settle(alfa, beta)
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  const sent = line.network.requests.slice(before).filter(({ target }) => target.includes('/send/'))
  assert.equal(sent.length, 2)
  assert.equal(sent[0]?.target, sent[1]?.target)
  assert.deepEqual(await beta.messages(roomId), ['en gång'])
})

test('more events than memory holds for a server that is away arrive in order', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  const bodies = Array.from({ length: 130 }, (_, index) => String(index))
  for (const body of bodies) await alfa.say(roomId, anna, body)
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  assert.deepEqual(await beta.messages(roomId), bodies)
})

test('a third server joins through the second, sees all of the state, and the first learns of it', async () => {
  const gamma = await line.server('gamma.example')
  const cia = await gamma.user('cia')
  const roomId = await alfa.createRoom(anna, { name: 'Tre' })
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  await gamma.join(roomId, cia, beta)
  await settle(alfa, beta, gamma)
  assert.equal(await alfa.membership(roomId, cia), 'join')
  for (const [server, user] of [
    [alfa, anna],
    [beta, bo],
    [gamma, cia],
  ] as const) {
    await server.say(roomId, user, `från ${server.name}`)
    await settle(alfa, beta, gamma)
  }
  for (const server of [alfa, beta, gamma]) {
    assert.deepEqual(await server.messages(roomId), ['från alfa.example', 'från beta.example', 'från gamma.example'])
  }
  assert.deepEqual(await gamma.state(roomId), await alfa.state(roomId))
  assert.deepEqual([...alfa.faults, ...beta.faults, ...gamma.faults], [])
})

test('leave: the user and the server are gone, and hear no more', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  await beta.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  await settle(alfa, beta)
  assert.equal(await alfa.membership(roomId, bo), 'leave')
  const before = line.network.requests.length
  await alfa.say(roomId, anna, 'för er')
  await settle(alfa, beta)
  assert.equal(line.network.requests.length, before)
  assert.deepEqual(await beta.messages(roomId), [])
})

test('kick and ban reach the server of the user, which is then out', async () => {
  for (const membership of ['leave', 'ban'] as const) {
    const roomId = await alfa.createRoom(anna)
    await beta.join(roomId, bo, alfa)
    await settle(alfa, beta)
    await alfa.rooms.changeMembership({ roomId, sender: anna, target: bo, membership, reason: 'x' })
    await settle(alfa, beta)
    assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, membership)
    assert.equal(await beta.rooms.isResident(roomId), false)
    if (membership === 'leave') continue
    await assert.rejects(beta.join(roomId, bo, alfa), { errcode: 'M_FORBIDDEN' })
  }
})

test('a ban that a server was away for reaches it with what was said before', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  await alfa.say(roomId, anna, 'före')
  await settle(alfa, beta)
  await alfa.rooms.changeMembership({ roomId, sender: anna, target: bo, membership: 'ban' })
  await alfa.say(roomId, anna, 'efter')
  await settle(alfa, beta)
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, 'ban')
  assert.deepEqual(await beta.messages(roomId), ['före'])
})

test('a knock is seen by those who may answer it, and an invite or a refusal comes back', async () => {
  for (const answer of ['invite', 'leave'] as const) {
    const rules = { type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'knock' } }
    const roomId = await alfa.createRoom(anna, { preset: 'private_chat', initialState: [rules] })
    await beta.rooms.knock({ roomId, userId: bo, servers: [alfa.name], content: { reason: 'Får jag?' } })
    await settle(alfa, beta)
    assert.equal(await alfa.membership(roomId, bo), 'knock')
    assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, 'knock')
    if (answer === 'invite') await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite' })
    else await alfa.rooms.changeMembership({ roomId, sender: anna, target: bo, membership: 'leave' })
    await settle(alfa, beta)
    assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, answer)
  }
})

test('an invite is rejected over the line, taken back, and ended here alone when nobody answers', async () => {
  const invited = async () => {
    const roomId = await alfa.createRoom(anna, { preset: 'private_chat' })
    await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite' })
    return roomId
  }
  const rejected = await invited()
  await beta.rooms.leave({ roomId: rejected, userId: bo, servers: [], content: {} })
  await settle(alfa, beta)
  assert.equal(await alfa.membership(rejected, bo), 'leave')
  assert.equal((await beta.rooms.roomOf(rejected, bo))?.membership, 'leave')

  const retracted = await invited()
  await alfa.rooms.changeMembership({ roomId: retracted, sender: anna, target: bo, membership: 'leave' })
  await settle(alfa, beta)
  assert.equal((await beta.rooms.roomOf(retracted, bo))?.membership, 'leave')

  const alone = await invited()
  line.cut(alfa, beta)
  await beta.rooms.leave({ roomId: alone, userId: bo, servers: [], content: {} })
  assert.equal((await beta.rooms.roomOf(alone, bo))?.membership, 'leave')
  await line.heal(alfa, beta)
  await settle(alfa, beta)
})

test('who wants no invites gets none, and who is nobody neither', async () => {
  const dora = await beta.user('dora')
  const type = 'm.invite_permission_config'
  await beta.running.accounts.accountData.set({ userId: dora, type }, { default_action: 'block' })
  const roomId = await alfa.createRoom(anna)
  const invite = (target: UserId) => alfa.rooms.invite({ roomId, sender: anna, target, membership: 'invite' })
  await assert.rejects(invite(dora), { status: 403, errcode: 'M_INVITE_BLOCKED' })
  await assert.rejects(invite('@ingen:beta.example' as UserId), { errcode: 'M_FORBIDDEN' })
  assert.equal(await beta.rooms.roomOf(roomId, dora), undefined)
  assert.equal(await alfa.membership(roomId, dora), undefined)
})

test('a room whose last user here has left can be joined again', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  await beta.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  await settle(alfa, beta)
  await alfa.setState(roomId, anna, 'm.room.topic', { topic: 'nytt' })
  await alfa.say(roomId, anna, 'medan du var borta')
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  await alfa.say(roomId, anna, 'välkommen')
  await settle(alfa, beta)
  assert.deepEqual(await beta.messages(roomId), ['välkommen'])
  assert.deepEqual(await beta.state(roomId), await alfa.state(roomId))
})

test('a room that was left is joined again after a restart', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  await beta.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  await settle(alfa, beta)
  for (let index = 0; index < 30; index++) await alfa.setState(roomId, anna, 'x.note', { index }, String(index))
  await beta.restart()
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  assert.deepEqual(await beta.state(roomId), await alfa.state(roomId))
  assert.deepEqual(beta.faults, [])
})

test('a user of a server that is in the room already is invited, and everyone sees it', async () => {
  const berit = await beta.user('berit')
  const roomId = await alfa.createRoom(anna, { preset: 'private_chat', invite: [] })
  await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite' })
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  await alfa.rooms.invite({ roomId, sender: anna, target: berit, membership: 'invite' })
  await settle(alfa, beta)
  assert.equal(await beta.membership(roomId, berit), 'invite')
  await beta.join(roomId, berit, alfa)
  await settle(alfa, beta)
  assert.equal(await alfa.membership(roomId, berit), 'join')
  await assertSame(roomId, alfa, beta)
})

for (const version of ['8', '10', '12'] as const) {
  test(`version ${version}: members of one room may join another through a server that can vouch, others not`, async () => {
    const stranger = await beta.user(`stranger${version}`)
    const guild = await alfa.createRoom(anna, { version })
    await beta.join(guild, bo, alfa)
    const content = { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: guild }] }
    const initialState = [{ type: 'm.room.join_rules', stateKey: '', content }]
    const roomId = await alfa.createRoom(anna, { version, preset: 'private_chat', initialState })
    await assert.rejects(beta.join(roomId, stranger, alfa), { errcode: 'M_FORBIDDEN' })
    await beta.join(roomId, bo, alfa)
    await settle(alfa, beta)
    assert.equal(await alfa.membership(roomId, bo), 'join')
    assert.equal(await beta.membership(roomId, bo), 'join')
    await beta.say(roomId, bo, 'inne')
    await settle(alfa, beta)
    assert.deepEqual(await alfa.messages(roomId), ['inne'])
    await assertSame(roomId, alfa, beta)
  })
}

test('a redaction hides the event on every server', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  const eventId = await alfa.say(roomId, anna, 'fel')
  await settle(alfa, beta)
  await alfa.rooms.send(roomId, {
    type: 'm.room.redaction',
    sender: anna,
    content: { redacts: eventId },
    redacts: eventId,
  })
  await settle(alfa, beta)
  assert.notEqual((await beta.rooms.event(eventId))?.redactedBy, undefined)
})

test('who is banned and posts from before the ban is seen by nobody else', async () => {
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  await alfa.rooms.changeMembership({ roomId, sender: anna, target: bo, membership: 'ban' })
  await beta.say(roomId, bo, 'efter bannet')
  await settle(alfa, beta)
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  assert.deepEqual(await alfa.messages(roomId), [])
  assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, 'ban')
})
