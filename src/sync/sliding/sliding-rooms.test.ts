// Sliding sync: which rooms are told, and what of them, over a real database.
// spec: proposals/4186

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { parseToken } from '#rooms/rooms.ts'
import { aMessage, aRoom, aUserId, bo, cia, joins, scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { aDevice, type SyncServer, syncServer } from '../sync-for-tests.ts'
import { allState, config, lazyState, list, member, noState, SlidingClient, stateOf } from './sliding-for-tests.ts'
import type { RoomFilter } from './sliding-request.ts'

const started = syncServer(scopeOfFile())
let newcomers = 0

/** Somebody new, called Anna in every test, with a client. */
async function annasClient() {
  const server = await started
  newcomers += 1
  const anna = aUserId(`anna${newcomers}`)
  return { server, anna, client: new SlidingClient(server, await aDevice(server, anna)) }
}

async function someRooms(server: SyncServer, creator: UserId, count: number): Promise<RoomId[]> {
  const rooms: RoomId[] = []
  for (let n = 0; n < count; n++) rooms.push(await server.rooms.create(aRoom({ creator, name: `Room ${n}` })))
  return rooms
}

const say = (server: SyncServer, roomId: RoomId, body: string, sender: UserId) =>
  server.rooms.send(roomId, aMessage(body, sender))

test('a window tells the rooms with the latest activity, and how many there are', async () => {
  const { server, client, anna } = await annasClient()
  const [first, second, third] = await someRooms(server, anna, 3)
  assert.ok(first && second && third)
  await say(server, first, 'latest', anna)
  const top = await client.ask({ lists: { all: list({ ranges: [[0, 1]], timelineLimit: 1 }) } })
  assert.deepEqual(top.roomIds, [first, third])
  assert.equal(top.at('lists', 'all', 'count'), 3)
  assert.equal(top.room(first, 'initial'), true)
  assert.equal(top.room(first, 'name'), 'Room 0')
  assert.equal(top.room(first, 'membership'), 'join')
  assert.deepEqual(top.room(first, 'lists'), ['all'])
  assert.deepEqual(top.told(first), ['latest'])
  assert.equal(top.room(first, 'limited'), true)
  assert.equal(top.room(first, 'num_live'), 0)
  assert.equal(top.room(first, 'joined_count'), 1)

  const grown = await client.ask({ lists: { all: list({ ranges: [[0, 99]], timelineLimit: 1 }) } })
  assert.deepEqual(grown.roomIds, [second], 'rooms that were told are not told again')
  assert.deepEqual((await client.ask()).roomIds.length, 3, 'a larger limit expands')
})

test('the next answer tells what is new: the events, and of the room what has changed', async () => {
  const { server, client, anna } = await annasClient()
  const [roomId] = await someRooms(server, anna, 1)
  assert.ok(roomId)
  const first = await client.ask()
  await say(server, roomId, 'a', anna)
  await server.rooms.send(roomId, { type: 'm.room.name', stateKey: '', sender: anna, content: { name: 'New' } })
  const next = await client.ask()
  assert.deepEqual(next.told(roomId), ['a', 'm.room.name'])
  assert.equal(next.room(roomId, 'name'), 'New')
  assert.equal(next.room(roomId, 'initial'), undefined)
  assert.equal(next.room(roomId, 'num_live'), 2)
  assert.equal(next.room(roomId, 'joined_count'), undefined)
  assert.equal(next.room(roomId, 'heroes'), undefined)
  assert.ok(Number(next.room(roomId, 'bump_stamp')) > Number(first.room(roomId, 'bump_stamp')))
  assert.deepEqual((await client.ask()).roomIds, [])
  await server.rooms.send(roomId, { type: 'm.room.name', stateKey: '', sender: anna, content: {} })
  const nameless = await client.ask()
  assert.equal(nameless.room(roomId, 'name'), null, 'a name that was taken away is null')
  assert.deepEqual(nameless.room(roomId, 'heroes'), [])
})

test('a gap is limited and can be paged into from prev_batch, and from pos', async () => {
  const { server, client, anna } = await annasClient()
  const [roomId] = await someRooms(server, anna, 1)
  assert.ok(roomId)
  await client.ask({ lists: { all: list({ timelineLimit: 2 }) } })
  const before = String(client.position)
  for (const body of ['1', '2', '3', '4', '5']) await say(server, roomId, body, anna)
  const next = await client.ask({ lists: { all: list({ timelineLimit: 2 }) } })
  assert.deepEqual(next.told(roomId), ['4', '5'])
  assert.equal(next.room(roomId, 'limited'), true)
  const page = await server.rooms.page(
    {
      roomId,
      direction: 'b',
      from: parseToken(String(next.room(roomId, 'prev_batch'))),
      to: parseToken(before),
      limit: 10,
      filter: undefined,
    },
    { userId: anna, deviceId: undefined },
  )
  assert.deepEqual(
    page.events.map(({ known }) => known.event.content['body']),
    ['3', '2', '1'],
  )
})

test('a larger timeline_limit tells the newest events at once, those that were told among them, and says so', async () => {
  const { server, client, anna } = await annasClient()
  const [roomId] = await someRooms(server, anna, 1)
  assert.ok(roomId)
  for (const body of ['a', 'b', 'c', 'd']) await say(server, roomId, body, anna)
  const narrow = { lists: { all: list({ timelineLimit: 1 }) } }
  await client.ask(narrow)
  const opened = { ...narrow, subscriptions: { [roomId]: config(3) } }
  const grown = await client.ask(opened)
  assert.deepEqual(grown.told(roomId), ['b', 'c', 'd'])
  assert.equal(grown.room(roomId, 'expanded_timeline'), true)
  assert.equal(grown.room(roomId, 'num_live'), 0)
  assert.deepEqual((await client.ask(opened)).roomIds, [], 'once')
  assert.deepEqual((await client.ask(narrow)).roomIds, [])
  assert.deepEqual((await client.ask(opened)).roomIds, [], 'nothing was left out in between')
  await client.ask(narrow)
  for (const body of ['e', 'f']) await say(server, roomId, body, anna)
  assert.deepEqual((await client.ask(narrow)).told(roomId), ['f'])
  assert.deepEqual((await client.ask(opened)).told(roomId), ['d', 'e', 'f'], 'after a gap the past is told again')
})

test('required state: single keys, patterns and exclusions; a wider config adds what it adds', async () => {
  const { server, client, anna } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: anna, name: 'Lunch' }))
  await server.rooms.changeMembership(joins(roomId, bo))
  const topic = { ...noState, include: [{ type: 'm.room.name', stateKey: '' }] }
  const subscribed = (requiredState = noState) => ({ subscriptions: { [roomId]: config(0, requiredState) } })
  assert.deepEqual((await client.ask(subscribed(topic))).state(roomId), ['m.room.name|'])
  assert.deepEqual((await client.ask(subscribed(stateOf('m.room.name', 'm.room.create')))).state(roomId), [
    'm.room.create|',
  ])
  const members = { ...noState, include: [{ type: 'm.room.member' }] }
  assert.deepEqual((await client.ask(subscribed(members))).state(roomId), [member(anna), member(bo)].sort())
  const others = { ...allState, exclude: [{ type: 'm.room.create', stateKey: '' }, { type: 'm.room.member' }] }
  const told = (await client.ask(subscribed(others))).state(roomId)
  assert.ok(told.includes('m.room.power_levels|') && !told.includes('m.room.create|') && !told.includes(member(bo)))
  await server.rooms.send(roomId, { type: 'm.room.topic', stateKey: '', sender: anna, content: { topic: 'x' } })
  await server.rooms.changeMembership(joins(roomId, cia))
  assert.deepEqual((await client.ask(subscribed(others))).state(roomId), ['m.room.topic|'])
})

test('lazy members: who speaks, whom member events are about, once; all changes while nothing is left out', async () => {
  const { server, client, anna } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: anna }))
  for (const user of [bo, cia]) await server.rooms.changeMembership(joins(roomId, user))
  await say(server, roomId, 'from bo', bo)
  const asked = { lists: { all: list({ timelineLimit: 1, requiredState: lazyState }) } }
  const first = await client.ask(asked)
  assert.deepEqual(
    first.state(roomId).filter((key) => key.startsWith('m.room.member')),
    [member(bo)],
  )
  await say(server, roomId, 'from bo again', bo)
  assert.deepEqual((await client.ask(asked)).state(roomId), [])
  await say(server, roomId, 'from cia', cia)
  assert.deepEqual((await client.ask(asked)).state(roomId), [member(cia)])
  await server.rooms.leave({ roomId, userId: bo, servers: [], content: {} })
  assert.deepEqual((await client.ask(asked)).state(roomId), [member(bo)])
  await server.rooms.changeMembership(joins(roomId, bo))
  await say(server, roomId, 'gap', anna)
  assert.deepEqual((await client.ask(asked)).state(roomId), [member(anna)], 'in a gap only those who are needed')
})

test('a room that falls out of all rules is told from where it was left when one matches it again', async () => {
  const { server, client, anna } = await annasClient()
  const [one, other] = await someRooms(server, anna, 2)
  assert.ok(one && other)
  const top = { lists: { all: list({ ranges: [[0, 0]] }) } }
  const both = { lists: { all: list() } }
  await client.ask(both)
  await say(server, one, 'first', anna)
  await say(server, other, 'second', anna)
  assert.deepEqual((await client.ask(top)).roomIds, [other])
  await say(server, one, 'third', anna)
  await say(server, other, 'fourth', anna)
  assert.deepEqual((await client.ask(top)).roomIds, [other])
  const again = await client.ask(both)
  assert.deepEqual(again.roomIds, [one])
  assert.deepEqual(again.told(one), ['first', 'third'])
  assert.equal(again.room(one, 'initial'), undefined)
  assert.equal(again.room(one, 'num_live'), 0, 'both had happened when the client was answered last')
})

test('an invite is told by its stripped state, and the joined room anew', async () => {
  const { server, client, anna } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: bo, name: 'Secret', preset: 'private_chat' }))
  await client.ask()
  await server.rooms.changeMembership({ roomId, sender: bo, target: anna, membership: 'invite', content: {} })
  const invited = await client.ask()
  const stripped = invited.room(roomId, 'stripped_state') as JsonObject[]
  assert.ok(
    stripped.some(({ type, content }) => type === 'm.room.name' && (content as JsonObject)['name'] === 'Secret'),
  )
  assert.equal(invited.room(roomId, 'membership'), 'invite')
  assert.equal(invited.room(roomId, 'timeline'), undefined)
  assert.equal(invited.room(roomId, 'required_state'), undefined)
  assert.deepEqual((await client.ask()).roomIds, [])
  const only = (isInvited: boolean) => ({ lists: { all: list({ filter: { isInvited } }) } })
  assert.equal((await client.ask(only(true))).at('lists', 'all', 'count'), 1)
  assert.equal((await client.ask(only(false))).at('lists', 'all', 'count'), 0)
  await server.rooms.changeMembership(joins(roomId, anna))
  const joined = await client.ask()
  assert.equal(joined.room(roomId, 'initial'), true)
  assert.equal(joined.room(roomId, 'name'), 'Secret')
  assert.equal(joined.room(roomId, 'stripped_state'), undefined)
})

test('a declined invite is told by the leaving alone', async () => {
  const { server, client, anna } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: bo, preset: 'private_chat' }))
  await server.rooms.changeMembership({ roomId, sender: bo, target: anna, membership: 'invite', content: {} })
  await client.ask()
  await say(server, roomId, 'not for anna', bo)
  await server.rooms.leave({ roomId, userId: anna, servers: [], content: {} })
  const declined = await client.ask()
  assert.equal(declined.room(roomId, 'membership'), 'leave')
  assert.deepEqual(declined.state(roomId), [member(anna)])
  assert.equal(declined.room(roomId, 'timeline'), undefined)
  const next = await client.ask()
  assert.deepEqual(next.roomIds, [])
  assert.equal(next.at('lists', 'all', 'count'), 0)
})

test('leaving is told once, up to the leaving; a room that was left is not told to who begins', async () => {
  const { server, client, anna } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: bo }))
  await server.rooms.changeMembership(joins(roomId, anna))
  await client.ask()
  await say(server, roomId, 'seen', bo)
  await server.rooms.leave({ roomId, userId: anna, servers: [], content: {} })
  await say(server, roomId, 'unseen', bo)
  const left = await client.ask()
  assert.deepEqual(left.told(roomId), ['seen', 'm.room.member'])
  assert.equal(left.room(roomId, 'membership'), 'leave')
  const next = await client.ask()
  assert.deepEqual(next.roomIds, [])
  assert.equal(next.at('lists', 'all', 'count'), 0)
  const other = new SlidingClient(server, client.device, 'other')
  assert.equal((await other.ask()).at('lists', 'all', 'count'), 0)
  const subscribed = await other.ask({ subscriptions: { [roomId]: config(1) } })
  assert.deepEqual(subscribed.told(roomId), ['m.room.member'], 'who was there may look back at it')
  assert.deepEqual((await other.ask({ subscriptions: { [roomId]: config(1) } })).roomIds, [])
  await server.rooms.changeMembership(joins(roomId, anna))
  assert.equal((await client.ask()).room(roomId, 'initial'), true, 'a room that is joined again is told anew')
})

test('who was put out stays told of it; who was banned without having been there is not', async () => {
  const { server, client, anna } = await annasClient()
  const kicked = await server.rooms.create(aRoom({ creator: bo }))
  const banned = await server.rooms.create(aRoom({ creator: bo }))
  await server.rooms.changeMembership(joins(kicked, anna))
  await server.rooms.kick({ roomId: kicked, sender: bo, target: anna, content: {} })
  await server.rooms.changeMembership({ roomId: banned, sender: bo, target: anna, membership: 'ban', content: {} })
  await say(server, kicked, 'unseen', bo)
  const first = await client.ask({ lists: { all: list({ timelineLimit: 1 }) } })
  assert.deepEqual(first.roomIds, [kicked])
  assert.equal(first.room(kicked, 'membership'), 'leave')
  assert.deepEqual(first.told(kicked), ['m.room.member'])
  assert.equal(first.room(kicked, 'joined_count'), undefined)
})

test('a subscription to a room that the user has nothing to do with is passed over', async () => {
  const { server, client } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: bo }))
  const asked = { subscriptions: { [roomId]: config(10, allState), '!nowhere:alfa.example': config(1) } }
  assert.deepEqual((await client.ask(asked)).roomIds, [])
})

test('filters: direct chats, encryption, types, tags and spaces', async () => {
  const { server, client, anna } = await annasClient()
  const plain = await server.rooms.create(aRoom({ creator: anna }))
  const secret = await server.rooms.create(
    aRoom({
      creator: anna,
      initialState: [{ type: 'm.room.encryption', stateKey: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    }),
  )
  const space = await server.rooms.create(aRoom({ creator: anna, creationContent: { type: 'm.space' } }))
  const child = (roomId: RoomId, content: JsonObject) =>
    server.rooms.send(space, { type: 'm.space.child', stateKey: roomId, sender: anna, content })
  await child(secret, { via: ['alfa.example'] })
  const { accountData } = server.accounts
  await accountData.set({ userId: anna, type: 'm.direct' }, { [bo]: [plain] })
  await accountData.set({ userId: anna, roomId: secret, type: 'm.tag' }, { tags: { 'm.favourite': {} } })
  const matching = async (filter: RoomFilter) => {
    const other = new SlidingClient(server, client.device, 'filters')
    return (await other.ask({ lists: { all: list({ filter }) } })).roomIds.sort()
  }
  const cases: readonly (readonly [RoomFilter, readonly RoomId[]])[] = [
    [{ isDm: true }, [plain]],
    [{ isDm: false }, [secret, space]],
    [{ isEncrypted: true }, [secret]],
    [{ isEncrypted: false }, [plain, space]],
    [{ roomTypes: ['m.space'] }, [space]],
    [{ roomTypes: [null] }, [plain, secret]],
    [{ notRoomTypes: ['m.space'] }, [plain, secret]],
    [{ roomTypes: ['m.space'], notRoomTypes: ['m.space'] }, []],
    [{ tags: ['m.favourite', 'u.other'] }, [secret]],
    [{ notTags: ['m.favourite'] }, [plain, space]],
    [{ tags: ['m.favourite'], notTags: ['m.favourite'] }, []],
    [{ spaces: [space, '!nowhere:alfa.example'] }, [secret]],
    [{ spaces: [plain] }, []],
  ]
  for (const [filter, rooms] of cases) {
    assert.deepEqual(await matching(filter), [...rooms].sort(), JSON.stringify(filter))
  }
  await child(secret, {})
  await child(plain, { via: ['alfa.example'] })
  await server.rooms.send(plain, {
    type: 'm.room.encryption',
    stateKey: '',
    sender: anna,
    content: { algorithm: 'm.megolm.v1.aes-sha2' },
  })
  await accountData.set({ userId: anna, type: 'm.direct' }, {})
  assert.deepEqual(await matching({ spaces: [space] }), [plain], 'what changes is noticed')
  assert.deepEqual(await matching({ isEncrypted: true }), [plain, secret].sort())
  assert.deepEqual(await matching({ isDm: true }), [])
})

test('that a room became a direct chat is told, also when nothing else happened in it', async () => {
  const { server, client, anna } = await annasClient()
  const [roomId] = await someRooms(server, anna, 1)
  assert.ok(roomId)
  assert.equal((await client.ask()).room(roomId, 'is_dm'), undefined)
  await server.accounts.accountData.set({ userId: anna, type: 'm.direct' }, { [bo]: [roomId] })
  assert.equal((await client.ask()).room(roomId, 'is_dm'), true)
  await server.accounts.accountData.set({ userId: anna, type: 'm.direct' }, {})
  assert.equal((await client.ask()).room(roomId, 'is_dm'), false)
  assert.deepEqual((await client.ask()).roomIds, [])
})

test('heroes name a room without a name, with what they are called', async () => {
  const { server, client, anna } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: anna }))
  await server.rooms.changeMembership({ ...joins(roomId, bo), content: { displayname: 'Bo B' } })
  const told = await client.ask()
  assert.deepEqual(told.room(roomId, 'heroes'), [{ user_id: bo, displayname: 'Bo B' }])
  assert.equal(told.room(roomId, 'joined_count'), 2)
})

test('the stamp that rooms are sorted by passes over who comes and goes', async () => {
  const { server, client, anna } = await annasClient()
  const roomId = await server.rooms.create(aRoom({ creator: anna }))
  await say(server, roomId, 'hej', anna)
  const before = (await client.ask()).room(roomId, 'bump_stamp')
  await server.rooms.changeMembership(joins(roomId, bo))
  assert.equal((await client.ask()).room(roomId, 'bump_stamp'), before)
})

test('more than one answer should carry follows with the next request', async () => {
  const { server, client, anna } = await annasClient()
  const rooms = await someRooms(server, anna, 23)
  const asked = { lists: { all: list({ ranges: [[0, 99]], timelineLimit: 0, requiredState: allState }) } }
  const first = await client.ask(asked)
  assert.deepEqual(first.roomIds, rooms.slice(3).reverse())
  await say(server, rooms[0] ?? fail(), 'meanwhile', anna)
  const rest = await client.ask({ ...asked, timeout: 30_000 })
  assert.deepEqual(rest.roomIds.sort(), rooms.slice(0, 3).sort())
  assert.deepEqual((await client.ask(asked)).roomIds, [])
})

test('a first window asks the database the same, however many rooms there are; the next message asks it nothing', async () => {
  const { server, client, anna } = await annasClient()
  const asked = { lists: { all: list({ ranges: [[0, 2]], timelineLimit: 5, requiredState: lazyState }) } }
  const first = async () => {
    await new SlidingClient(server, client.device, 'warm').ask(asked)
    const questions = questionsTo(server)
    await new SlidingClient(server, client.device, 'first').ask(asked)
    return questions.end()
  }
  const [roomId] = await someRooms(server, anna, 3)
  const few = await first()
  await someRooms(server, anna, 12)
  assert.deepEqual(await first(), few)
  assert.ok(few.length > 0 && few.length < 10, few.join())

  await client.ask(asked)
  await say(server, roomId ?? fail(), 'hej', anna)
  await client.ask(asked)
  await say(server, roomId ?? fail(), 'hej again', anna)
  const questions = questionsTo(server)
  assert.equal((await client.ask(asked)).roomIds.length, 1)
  assert.deepEqual(questions.end(), [])
})

/** Names of the statements that the server runs from now on, but for what it stores behind the answers. */
function questionsTo({ engine: { database } }: SyncServer) {
  const names: string[] = []
  const { run, one } = database
  database.run = (statement, ...params) => {
    names.push(statement.name)
    return run.call(database, statement, ...params) as ReturnType<typeof database.run<typeof params, never>>
  }
  database.one = (statement, ...params) => {
    names.push(statement.name)
    return one.call(database, statement, ...params) as ReturnType<typeof database.one<typeof params, never>>
  }
  return {
    end: () => {
      Object.assign(database, { run, one })
      return names.sort()
    },
  }
}

function fail(): never {
  throw new Error('There is no such room.')
}
