// Connections of sliding sync: answers that get lost, requests that overtake each other, restarts, positions of others, waiting.
// spec: proposals/4186 (connections, security considerations)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { query, statement } from '#platform/database/database.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { aMessage, aRoom, aUserId, bo, scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { aDevice, settled, syncServer } from '../sync-for-tests.ts'
import { config, lazyState, list, member, SlidingClient, stateOf } from './sliding-for-tests.ts'

const started = syncServer(scopeOfFile())
let newcomers = 0

/** Somebody new with a room and a client. */
async function aClient() {
  const server = await started
  newcomers += 1
  const userId = aUserId(`newcomer${newcomers}`)
  const client = new SlidingClient(server, await aDevice(server, userId))
  const roomId = await server.rooms.create(aRoom({ creator: userId }))
  const say = (body: string) => server.rooms.send(roomId, aMessage(body, userId))
  return { server, client, userId, roomId, say }
}

const isUnknownPos = (error: unknown) =>
  error instanceof MatrixError && error.errcode === 'M_UNKNOWN_POS' && error.status === 400

test('an answer that got lost is given again, with what came since', async () => {
  const { client, roomId, say } = await aClient()
  const asked = { lists: { all: list({ timelineLimit: 5, requiredState: stateOf('m.room.create') }) } }
  await client.ask()
  const position = client.position
  const opened = { ...asked, subscriptions: { [roomId]: config(20, stateOf('m.room.create', 'm.room.power_levels')) } }
  await say('a')
  const lost = await client.ask(opened)
  client.position = position
  const again = await client.ask(opened)
  assert.deepEqual(again.room(roomId), lost.room(roomId))
  client.position = position
  await say('b')
  assert.deepEqual((await client.ask(opened)).told(roomId).slice(-2), ['a', 'b'])
  assert.deepEqual((await client.ask(opened)).roomIds, [])
})

test('members of an answer that got lost are told again, and of one that was confirmed are not', async () => {
  const { server, client, roomId, say, userId } = await aClient()
  const asked = { lists: { all: list({ timelineLimit: 1, requiredState: { ...lazyState, include: [] } }) } }
  await server.rooms.changeMembership({ roomId, sender: bo, target: bo, membership: 'join', content: {} })
  await client.ask(asked)
  const position = client.position
  await say('a')
  assert.deepEqual((await client.ask(asked)).state(roomId), [member(userId)])
  client.position = position
  assert.deepEqual((await client.ask(asked)).state(roomId), [member(userId)])
  await say('b')
  assert.deepEqual((await client.ask(asked)).state(roomId), [])
})

test('a position that was followed by two more is unknown', async () => {
  const { server, client, userId } = await aClient()
  await client.ask()
  const old = client.position
  for (let round = 0; round < 2; round++) {
    await server.rooms.create(aRoom({ creator: userId }))
    await client.ask()
  }
  await client.ask()
  await assert.rejects(client.ask({ position: old }), isUnknownPos)
})

test('a position belongs to its user, its device and its connection, and to one beginning of it', async () => {
  const { server, client, userId } = await aClient()
  await client.ask()
  const { position } = client
  const others = [
    new SlidingClient(server, (await aClient()).client.device),
    new SlidingClient(server, await aDevice(server, userId, 'LAPTOP')),
    new SlidingClient(server, client.device, 'other'),
  ]
  for (const other of others) {
    await assert.rejects(other.ask({ position }), isUnknownPos)
    await other.ask()
    await assert.rejects(other.ask({ position }), isUnknownPos, 'also when it has one of its own')
  }
  for (const made of ['', 's1', 's1_2_3_4', 'x', `${position}_9`]) {
    if (made !== '') await assert.rejects(client.ask({ position: made }), isUnknownPos)
  }
  await client.ask()
  await client.ask({ position: undefined })
  await assert.rejects(client.ask({ position }), isUnknownPos, 'the client has begun anew')
})

test('a connection outlives a restart of the server, with an answer that was not confirmed', async (t) => {
  const server = await syncServer(t)
  const userId = aUserId('anna')
  const device = await aDevice(server, userId)
  const roomId = await server.rooms.create(aRoom())
  const client = new SlidingClient(server, device)
  const asked = { lists: { all: list({ requiredState: stateOf('m.room.create') }) } }
  await client.ask(asked)
  await server.rooms.send(roomId, aMessage('a'))
  assert.deepEqual((await client.ask(asked)).told(roomId), ['a'])
  const second = await server.rooms.create(aRoom())
  const before = client.position
  const lost = await client.ask(asked)
  assert.deepEqual(lost.roomIds, [second])

  const next = await server.restarted()
  const resumed = client.at(next)
  assert.deepEqual((await resumed.ask(asked)).roomIds, [], 'what was told stays told')
  await next.rooms.send(roomId, aMessage('b'))
  const told = await resumed.ask(asked)
  assert.deepEqual(told.told(roomId), ['b'])
  assert.equal(told.room(roomId, 'initial'), undefined)
  await assert.rejects(resumed.ask({ ...asked, position: before }), isUnknownPos)
})

test('an answer that got lost in a restart is given again', async (t) => {
  const server = await syncServer(t)
  const userId = aUserId('anna')
  const client = new SlidingClient(server, await aDevice(server, userId))
  const asked = { lists: { all: list() } }
  await server.rooms.create(aRoom())
  await client.ask(asked)
  await client.ask(asked)
  const { position } = client
  const second = await server.rooms.create(aRoom())
  assert.deepEqual((await client.ask(asked)).roomIds, [second])
  const resumed = client.at(await server.restarted())
  assert.deepEqual((await resumed.ask({ ...asked, position })).roomIds, [second])
})

const countConnections = statement<[string], { rows: number }>(
  'test.count_connections',
  'select count(*)::int as rows from sliding_connection where user_id = $1',
)

test('of a device only the connections used last are kept', async (t) => {
  const server = await syncServer(t)
  const userId = aUserId('anna')
  const device = await aDevice(server, userId)
  for (let n = 0; n < 20; n++) {
    await new SlidingClient(server, device, `c${n}`).ask()
    server.clock.advance(1)
  }
  await server.sync.stop()
  const [rows] = await server.engine.database.atomically([query(countConnections, userId)])
  assert.equal(rows?.[0]?.rows, 16)
})

test('a waiting request is answered by what it asks for, at once, and by nothing else', async () => {
  const { server, client, roomId, say } = await aClient()
  const asked = { subscriptions: { [roomId]: config(10) }, timeout: 30_000 }
  await client.ask(asked)
  let answered = false
  const waiting = client.ask(asked).then((answer) => {
    answered = true
    return answer
  })
  await settled()
  await server.rooms.create(aRoom({ creator: client.device.userId }))
  await settled()
  assert.equal(answered, false, 'a room that is not asked for is no news')
  await say('hej')
  assert.deepEqual((await waiting).told(roomId), ['hej'])
})

test('when the time is over the answer is empty and its position skips nothing', async () => {
  const { server, client, roomId, say } = await aClient()
  await client.ask()
  const waiting = client.ask({ lists: { all: list() }, timeout: 5_000 })
  await settled()
  server.clock.advance(5_000)
  assert.deepEqual((await waiting).roomIds, [])
  await say('hej')
  assert.deepEqual((await client.ask()).told(roomId), ['hej'])
})

test('a request that overtakes one that waits ends it, and its own position is the one that counts', async () => {
  const { client, roomId, say } = await aClient()
  await client.ask()
  const { position } = client
  const overtaken = client.ask({ lists: { all: list() }, timeout: 30_000 })
  await settled()
  const other = client.ask({ position, subscriptions: { [roomId]: config(20) } })
  const answer = await other
  assert.equal((await overtaken).body['rooms'], undefined)
  client.position = String(answer.body['pos'])
  await say('hej')
  assert.deepEqual((await client.ask()).told(roomId), ['hej'])
})

test('who waits is answered when the server stops', async () => {
  const { client } = await aClient()
  await client.ask()
  const draining = new AbortController()
  const waiting = client.ask({ lists: { all: list() }, timeout: 30_000, draining: draining.signal })
  await settled()
  draining.abort()
  assert.deepEqual((await waiting).roomIds, [])
})
