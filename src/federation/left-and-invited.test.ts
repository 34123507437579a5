// A room that the last of us has left, and into which one of us is invited again: what they saw there is theirs to read still, and the invite
// that came from outside is one of the room's events when we are back.
// spec: client-server-api/modules/history_visibility.md (after a user has left a room …); rooms/v2 (auth chain)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { settle, type TestServer, twoServers } from './servers-for-tests.ts'

test('one who left with the whole server, and is invited from outside, still sees what was said while they were there', async (t) => {
  const { alfa, beta, anna, bo } = await twoServers(t)
  const roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  const during = await alfa.say(roomId, anna, 'med')
  await settle(alfa, beta)
  await beta.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  await settle(alfa, beta)
  const reader = { userId: bo, deviceId: undefined }
  const asked = { roomId, direction: 'b', from: undefined, to: undefined, limit: 3, filter: undefined } as const
  const read = async () => (await beta.rooms.page(asked, reader)).events.map(({ known }) => known.event.eventId)
  const left = await read()
  assert.ok(left.includes(during))

  await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite' })
  assert.equal((await beta.rooms.roomOf(roomId, bo))?.membership, 'invite')
  assert.deepEqual(await read(), left)
  await beta.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  assert.deepEqual(await read(), left)
})

test('state resolution: an invite that was kept from outside the room is in the auth chain of the join, also after a restart', async (t) => {
  const { line, alfa, beta, anna, bo } = await twoServers(t)
  const gamma = await line.server('gamma.example')
  const cia = await gamma.user('cia')
  const roomId = await alfa.createRoom(anna, { version: '4' })
  for (const [server, user] of [
    [beta, bo],
    [gamma, cia],
  ] as const) {
    await server.join(roomId, user, alfa)
    await settle(alfa, beta, gamma)
  }
  await alfa.rooms.kick({ roomId, sender: anna, target: cia })
  await settle(alfa, beta, gamma)
  await alfa.setState(roomId, anna, 'm.room.join_rules', { join_rule: 'invite' })
  await settle(alfa, beta, gamma)
  // Beta hears of the join and not of the invite: it has an end of the history where the user is kicked, and one where they are in.
  line.cut(alfa, beta)
  await line.clock.advance(1)
  await alfa.rooms.invite({ roomId, sender: anna, target: cia, membership: 'invite' })
  await line.clock.advance(1)
  await gamma.join(roomId, cia, alfa)
  await gamma.restart()
  await settle(alfa, beta, gamma)
  const onBoth = await beta.say(roomId, bo, 'på båda')
  await settle(alfa, beta, gamma)
  await line.heal(alfa, beta)
  await settle(alfa, beta, gamma)

  const stateBefore = async ({ rooms }: TestServer): Promise<EventId[] | undefined> =>
    (await rooms.serving.stateBefore(onBoth))?.state.map(({ event }) => event.eventId).sort()
  assert.equal(await gamma.membership(roomId, cia), 'join')
  assert.deepEqual(await stateBefore(gamma), await stateBefore(alfa))
  assert.deepEqual(await gamma.state(roomId), await alfa.state(roomId))
  const authChain = async ({ rooms }: TestServer): Promise<(EventId | undefined)[] | undefined> => {
    const join = (await gamma.state(roomId)).get(`m.room.member ${cia}`)
    return join && (await rooms.serving.authChain(join))?.map(({ event }) => event.eventId).sort()
  }
  assert.deepEqual(await authChain(gamma), await authChain(alfa))
})

test('a server that was away while it left and came again gets what was said before it left', async (t) => {
  const { line, alfa, beta, anna, bo } = await twoServers(t)
  const gamma = await line.server('gamma.example')
  const cia = await gamma.user('cia')
  const all = [alfa, beta, gamma]
  const roomId = await alfa.createRoom(anna)
  for (const [server, user] of [
    [beta, bo],
    [gamma, cia],
  ] as const) {
    await server.join(roomId, user, alfa)
    await settle(...all)
  }
  line.cut(alfa, gamma)
  line.cut(beta, gamma)
  // The first is under way while the line is cut, the second is one that was missed.
  for (const body of ['under väg', 'medan hon var med']) {
    await beta.say(roomId, bo, body)
    await settle(...all)
  }
  await line.heal(alfa, gamma)
  await settle(...all)
  await gamma.rooms.leave({ roomId, userId: cia, servers: [], content: {} })
  await settle(...all)
  await alfa.say(roomId, anna, 'så att beta får veta')
  await settle(...all)
  assert.equal(await beta.membership(roomId, cia), 'leave')
  await beta.say(roomId, bo, 'medan hon inte var med')
  await settle(...all)
  await gamma.join(roomId, cia, alfa)
  await settle(...all)
  assert.equal(await beta.membership(roomId, cia), 'join')
  await line.heal(beta, gamma)
  await settle(...all)
  assert.deepEqual(await gamma.messages(roomId), ['under väg', 'medan hon var med'])
})
