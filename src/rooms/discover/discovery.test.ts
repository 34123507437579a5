// Finding rooms and people, between two whole servers over real databases.
// spec: client-server-api #published-room-directory, modules/spaces.md, #user-directory; server-server-api #spaces

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { settle, type TestLine, type TestServer, twoServers } from '#federation/servers-for-tests.ts'
import type { Outcome } from '#federation/transport/transport.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { NewRoom } from '#rooms/rooms.ts'
import { scopeOfFile } from '../rooms-for-tests.ts'

const scope = scopeOfFile()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
let cia: UserId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
  cia = await alfa.user('cia')
})

const refuses = (status: number, errcode: string) => (error: unknown) =>
  error instanceof MatrixError && error.status === status && error.errcode === errcode

const refusalOf = (outcome: Outcome<unknown>): unknown =>
  outcome.ok || outcome.failure.kind !== 'refused' ? outcome : [outcome.failure.status, outcome.failure.errcode]

const inviteOnly: Partial<NewRoom> = { preset: 'private_chat' }
const space: Partial<NewRoom> = { creationContent: { type: 'm.space' } }

async function named(server: TestServer, creator: UserId, name: string, more: Partial<NewRoom> = {}): Promise<RoomId> {
  const roomId = await server.createRoom(creator, { name, ...more })
  return roomId
}

const link = (server: TestServer, sender: UserId, parent: RoomId, child: RoomId, more: JsonObject = {}) =>
  server.setState(parent, sender, 'm.space.child', { via: [server.name], ...more }, child)

// ── Directory ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const list = (
  server: TestServer,
  asked: { limit?: number; since?: string; term?: string; types?: (string | null)[] } = {},
) =>
  server.rooms.discovery.publicRooms({
    limit: asked.limit ?? 100,
    since: asked.since,
    searchTerm: asked.term,
    roomTypes: asked.types,
  })

const names = (page: { readonly rooms: readonly { readonly name: string | undefined }[] }) =>
  page.rooms.map(({ name }) => name)

test('the directory lists what is published, largest first, in pages that go both ways', async () => {
  const server = await line.server('katalog.example')
  const [eva, fia] = [await server.user('eva'), await server.user('fia')]
  for (const name of ['Ett', 'Två', 'Tre', 'Fyra']) {
    const roomId = await named(server, eva, name)
    if (name === 'Tre') await server.join(roomId, fia, server)
    if (name !== 'Fyra') await server.rooms.publish(roomId, true)
  }
  const first = await list(server, { limit: 2 })
  assert.deepEqual([names(first), first.total, first.previousBatch], [['Tre', 'Ett'], 3, undefined])
  assert.equal(first.rooms[0]?.joined, 2)
  const second = await list(server, { limit: 2, since: first.nextBatch ?? '' })
  assert.deepEqual([names(second), second.nextBatch], [['Två'], undefined])
  const back = await list(server, { limit: 2, since: second.previousBatch ?? '' })
  assert.deepEqual([names(back), back.previousBatch], [['Tre', 'Ett'], undefined])
  assert.deepEqual(names(await list(server, { since: back.nextBatch ?? '' })), ['Två'])
  await assert.rejects(list(server, { since: 'f1' }), refuses(400, 'M_INVALID_PARAM'))
  await assert.rejects(list(server, { since: 'f99999999999_1' }), refuses(400, 'M_INVALID_PARAM'))
})

test('the directory is searched without case, and å, ä and ö are letters of their own', async () => {
  const server = await line.server('sok.example')
  const eva = await server.user('eva')
  const rooms: [string, Partial<NewRoom>][] = [
    ['Räddningstjänsten i ÖREBRO', {}],
    ['Orebro på engelska', {}],
    ['Sámi giella', { topic: 'Čállinrávvagat' }],
    ['Hela länet', space],
  ]
  for (const [name, more] of rooms) await server.rooms.publish(await named(server, eva, name, more), true)
  assert.deepEqual(names(await list(server, { term: 'örebro' })), ['Räddningstjänsten i ÖREBRO'])
  assert.deepEqual(names(await list(server, { term: 'RÄDDNING örebro' })), ['Räddningstjänsten i ÖREBRO'])
  assert.deepEqual(names(await list(server, { term: 'orebro' })), ['Orebro på engelska'])
  assert.deepEqual(names(await list(server, { term: 'čállin' })), ['Sámi giella'])
  assert.deepEqual(names(await list(server, { term: '%_!' })), [])
  assert.deepEqual(names(await list(server, { types: ['m.space'] })), ['Hela länet'])
  assert.equal(names(await list(server, { types: [null] })).length, 3)
  assert.equal(names(await list(server, { types: [null, 'm.space'] })).length, 4)
})

test('another server is asked for its directory, with a filter and without', async () => {
  const roomId = await named(alfa, anna, 'Krisledning')
  await alfa.rooms.publish(roomId, true)
  const { transport } = beta.running
  const all = await transport.getPublicRooms(alfa.name, { limit: 10, since: undefined })
  assert.deepEqual(all.ok && all.value.rooms.map((room) => room.roomId), [roomId])
  const none = await transport.getPublicRooms(alfa.name, { limit: 10, since: undefined, searchTerm: 'något annat' })
  assert.deepEqual(none.ok && none.value.rooms, [])
  const forged = await transport.getPublicRooms(alfa.name, { limit: 10, since: 'påhittad' })
  assert.deepEqual(!forged.ok && forged.failure.kind === 'refused' && forged.failure.errcode, 'M_INVALID_PARAM')
})

test('what is redacted in the state of a room is not told of it any more', async () => {
  const roomId = await named(alfa, anna, 'Olämpligt')
  await alfa.rooms.publish(roomId, true)
  const child = await named(alfa, anna, 'Barn')
  const root = await named(alfa, anna, 'Topp', space)
  const linked = await link(alfa, anna, root, child)
  const nameEvent = (await alfa.state(roomId)).get('m.room.name ') ?? assert.fail()
  assert.deepEqual(names(await walk(alfa, root, anna)), ['Topp', 'Barn'])
  for (const [where, redacts] of [
    [roomId, nameEvent],
    [root, linked],
  ] as const)
    await alfa.rooms.send(where, { type: 'm.room.redaction', sender: anna, content: { redacts } })
  const { summary } = await alfa.rooms.discovery.summary({ roomId, userId: cia, servers: [] })
  assert.equal(summary.name, undefined)
  assert.deepEqual(names(await list(alfa, { term: 'olämpligt' })), [])
  assert.deepEqual(names(await walk(alfa, root, anna)), ['Topp'])
  await alfa.rooms.publish(roomId, false)
})

// ── Summaries ─────────────────────────────────────────────────────────────────────────────────────────────────────────

test('a summary is told to whom the room may be told, here and over federation', async () => {
  const open = await named(alfa, anna, 'Öppet')
  const closed = await named(alfa, anna, 'Slutet', inviteOnly)
  const here = (roomId: RoomId, userId: UserId | undefined) =>
    alfa.rooms.discovery.summary({ roomId, userId, servers: [] })
  const there = (roomId: RoomId) => beta.rooms.discovery.summary({ roomId, userId: bo, servers: [alfa.name] })

  const { summary, membership } = await here(open, cia)
  assert.deepEqual([summary.name, summary.joinRule, summary.joined, summary.roomVersion], ['Öppet', 'public', 1, '12'])
  assert.equal(membership, undefined)
  assert.equal((await here(open, undefined)).summary.name, 'Öppet')
  assert.equal((await here(closed, anna)).membership, 'join')
  await assert.rejects(here(closed, cia), refuses(404, 'M_NOT_FOUND'))
  await assert.rejects(here(closed, undefined), refuses(404, 'M_NOT_FOUND'))

  assert.equal((await there(open)).summary.name, 'Öppet')
  await assert.rejects(there(closed), refuses(404, 'M_NOT_FOUND'))
  await alfa.rooms.invite({ roomId: closed, sender: anna, target: bo, membership: 'invite', content: {} })
  const invited = await there(closed)
  assert.deepEqual([invited.summary.name, invited.membership], ['Slutet', 'invite'])
})

test('what came with an invite is told where nobody of the room answers', async () => {
  const roomId = await named(alfa, anna, 'Inbjudan', inviteOnly)
  await alfa.rooms.invite({ roomId, sender: anna, target: bo, membership: 'invite', content: {} })
  line.cut(alfa, beta)
  const { summary, membership } = await beta.rooms.discovery.summary({ roomId, userId: bo, servers: [alfa.name] })
  assert.deepEqual([summary.name, summary.joined, membership], ['Inbjudan', 0, 'invite'])
  await line.heal(alfa, beta)
})

test('other servers are told of rooms and times only what they may know', async () => {
  const closed = await named(alfa, anna, 'För oss', inviteOnly)
  const unknown = `!${'A'.repeat(43)}` as RoomId
  const { transport } = beta.running
  for (const roomId of [closed, unknown]) {
    const hierarchy = await transport.getHierarchy(alfa.name, roomId)
    assert.deepEqual(refusalOf(hierarchy), [404, 'M_NOT_FOUND'])
  }
  const near = (roomId: RoomId, direction: 'b' | 'f') =>
    transport.getEventNear(alfa.name, { roomId, time: 1, direction })
  assert.deepEqual(refusalOf(await near(closed, 'f')), [403, 'M_FORBIDDEN'])
  assert.deepEqual(refusalOf(await near(unknown, 'f')), [404, 'M_NOT_FOUND'])
  // Two rooms that are made in one millisecond would have one ID, so the second is made a little later.
  await line.clock.advance(10)
  const both = await named(alfa, anna, 'Gemensamt')
  await beta.join(both, bo, alfa)
  assert.deepEqual(refusalOf(await near(both, 'b')), [404, 'M_NOT_FOUND'])
  const first = await near(both, 'f')
  assert.equal(first.ok && `!${first.value.eventId.slice(1)}`, both)
})

test('a restricted room is told to members of the rooms that it names', async () => {
  const club = await named(alfa, anna, 'Klubben', inviteOnly)
  const restricted = await named(alfa, anna, 'För klubben', inviteOnly)
  const allow = [{ type: 'm.room_membership', room_id: club }]
  await alfa.setState(restricted, anna, 'm.room.join_rules', { join_rule: 'restricted', allow })
  const ask = () => alfa.rooms.discovery.summary({ roomId: restricted, userId: cia, servers: [] })
  await assert.rejects(ask(), refuses(404, 'M_NOT_FOUND'))
  await alfa.rooms.invite({ roomId: club, sender: anna, target: cia, membership: 'invite', content: {} })
  await assert.rejects(ask(), refuses(404, 'M_NOT_FOUND'))
  await alfa.join(club, cia, alfa)
  assert.deepEqual((await ask()).summary.allowedRoomIds, [club])
})

// ── Spaces ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const walk = (
  server: TestServer,
  roomId: RoomId,
  userId: UserId,
  more: Partial<Parameters<typeof server.rooms.discovery.walkSpace>[0]> = {},
) =>
  server.rooms.discovery.walkSpace({
    ...{ roomId, userId, limit: 50, maxDepth: undefined, suggestedOnly: false, from: undefined, servers: [] },
    ...more,
  })

test('a space is walked depth first, in order, without what the user may not know, and a loop ends', async () => {
  const root = await named(alfa, anna, 'rot', space)
  const inner = await named(alfa, anna, 'inre', space)
  const [a, b, c] = [await named(alfa, anna, 'a'), await named(alfa, anna, 'b'), await named(alfa, anna, 'c')]
  const hidden = await named(alfa, anna, 'dold', inviteOnly)
  await link(alfa, anna, root, c)
  await link(alfa, anna, root, hidden, { order: 'a' })
  await link(alfa, anna, root, a, { order: 'b', suggested: true })
  await link(alfa, anna, root, inner, { order: 'a1' })
  await link(alfa, anna, inner, b)
  await link(alfa, anna, inner, root)

  assert.deepEqual(names(await walk(alfa, root, anna)), ['rot', 'dold', 'inre', 'b', 'a', 'c'])
  assert.deepEqual(names(await walk(alfa, root, cia)), ['rot', 'inre', 'b', 'a', 'c'])
  assert.deepEqual(names(await walk(alfa, root, cia, { maxDepth: 1 })), ['rot', 'inre', 'a', 'c'])
  assert.deepEqual(names(await walk(alfa, root, cia, { maxDepth: 0 })), ['rot'])
  const suggested = await walk(alfa, root, cia, { suggestedOnly: true })
  assert.deepEqual([names(suggested), suggested.rooms[0]?.children?.map((child) => child.roomId)], [['rot', 'a'], [a]])

  const first = await walk(alfa, root, cia, { limit: 2 })
  const second = await walk(alfa, root, cia, { limit: 2, from: first.next ?? '' })
  const third = await walk(alfa, root, cia, { limit: 2, from: second.next ?? '' })
  assert.deepEqual([...names(first), ...names(second), ...names(third)], ['rot', 'inre', 'b', 'a', 'c'])
  assert.equal(third.next, undefined)
  await assert.rejects(walk(alfa, root, cia, { from: first.next ?? '', maxDepth: 1 }), refuses(400, 'M_INVALID_PARAM'))
  await assert.rejects(walk(alfa, root, cia, { from: 'påhittad' }), refuses(400, 'M_INVALID_PARAM'))
  await assert.rejects(walk(alfa, hidden, cia), refuses(403, 'M_FORBIDDEN'))

  await alfa.setState(root, anna, 'm.space.child', {}, a)
  assert.deepEqual(names(await walk(alfa, root, cia)), ['rot', 'inre', 'b', 'c'])
})

test('rooms of another server are asked for, once, and what it may not tell is not told', async () => {
  const root = await named(alfa, anna, 'hemma', space)
  const away = await named(beta, bo, 'borta', space)
  const deep = await named(beta, bo, 'djupt')
  const secret = await named(beta, bo, 'hemligt', inviteOnly)
  await link(beta, bo, away, deep)
  await link(beta, bo, away, secret)
  await alfa.setState(root, anna, 'm.space.child', { via: [beta.name] }, away)
  const remote = await beta.running.transport.getHierarchy(alfa.name, root)
  assert.deepEqual(remote.ok && [remote.value.room.name, remote.value.children, remote.value.inaccessible], [
    'hemma',
    [],
    [],
  ])
  const level = await alfa.running.transport.getHierarchy(beta.name, away)
  assert.deepEqual(level.ok && [names({ rooms: level.value.children }), level.value.inaccessible], [
    ['djupt'],
    [secret],
  ])

  assert.deepEqual(names(await walk(alfa, root, cia)), ['hemma', 'borta', 'djupt'])
  line.cut(alfa, beta)
  assert.deepEqual(names(await walk(alfa, root, cia)), ['hemma', 'borta', 'djupt'])
  await line.clock.advance(5 * 60_000 + 1)
  assert.deepEqual(names(await walk(alfa, root, cia)), ['hemma'])
  await line.heal(alfa, beta)
})

test('a space of more rooms elsewhere than are asked for at once is walked to its end, page by page', async () => {
  const root = await named(alfa, anna, 'vidsträckt', space)
  const far = await named(beta, bo, 'långt borta')
  for (let index = 0; index < 60; index++) {
    const nowhere = `!rum${index}:beta.example` as RoomId
    await alfa.setState(root, anna, 'm.space.child', { via: [beta.name], order: 'a' }, nowhere)
  }
  await alfa.setState(root, anna, 'm.space.child', { via: [beta.name], order: 'b' }, far)
  const first = await walk(alfa, root, cia)
  assert.deepEqual([names(first), first.next !== undefined], [['vidsträckt'], true])
  const second = await walk(alfa, root, cia, { from: first.next })
  assert.deepEqual([names(second), second.next], [['långt borta'], undefined])
})

test('what another server says of a room that we are in is not taken', async () => {
  const root = await named(alfa, anna, 'utgångspunkt', space)
  const ours = await named(alfa, anna, 'vårt rum')
  const theirs = await named(beta, bo, 'deras', space)
  await alfa.setState(root, anna, 'm.space.child', { via: [beta.name] }, theirs)
  const lie = { room_id: ours, num_joined_members: 99, world_readable: true, guest_can_join: true, name: 'lögn' }
  const answer = beta.dispatch
  beta.answer = async (request) => {
    const given = await answer(request)
    if (!request.target.includes('/hierarchy/')) return given
    const stated = { type: 'm.space.child', state_key: ours, sender: bo, content: { via: ['x'] }, origin_server_ts: 1 }
    const room = { ...lie, room_id: theirs, name: 'deras', room_type: 'm.space', children_state: [stated] }
    const json = Buffer.from(JSON.stringify({ room, children: [lie], inaccessible_children: [] }))
    return {
      ...given,
      status: 200,
      body: (async function* () {
        yield json
      })(),
    }
  }
  assert.deepEqual(names(await walk(alfa, root, cia)), ['utgångspunkt', 'deras', 'vårt rum'])
  beta.answer = undefined
})

// ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const find = async (server: TestServer, userId: UserId, searchTerm: string, limit = 10) => {
  const { people, limited } = await server.rooms.discovery.people({ userId, searchTerm, limit })
  return { ids: people.map((person) => person.userId), people, limited }
}

test('people are found by those who share a room with them, by words of their name or ID', async () => {
  const server = await line.server('folk.example')
  const [eva, ake, ola] = [await server.user('eva'), await server.user('ake'), await server.user('ola')]
  await server.running.accounts.profiles.setField(ake, 'displayname', 'Åke Ärlig')
  const roomId = await named(server, eva, 'Vi', inviteOnly)
  assert.deepEqual((await find(server, eva, 'åke')).ids, [])
  for (const target of [ake]) {
    await server.rooms.invite({ roomId, sender: eva, target, membership: 'invite', content: {} })
    await server.join(roomId, target, server)
  }
  for (const term of ['Åke', 'ÄRL', 'åke ärlig', 'ake', '@ake:folk.example']) {
    assert.deepEqual((await find(server, eva, term)).ids, [ake], term)
  }
  assert.deepEqual((await find(server, eva, 'Åke')).people[0]?.displayName, 'Åke Ärlig')
  for (const term of ['Arlig', 'lig', '!!', "'", 'ake | eva'])
    assert.deepEqual((await find(server, eva, term)).ids, [], term)
  assert.deepEqual((await find(server, ola, 'åke')).ids, [], 'who shares no room')
  assert.deepEqual((await find(server, ake, 'åke')).ids, [], 'oneself')

  await server.rooms.leave({ roomId, userId: ake, servers: [], content: {} })
  assert.deepEqual((await find(server, eva, 'åke')).ids, [])
  const open = await named(server, ake, 'Torget')
  assert.deepEqual((await find(server, ola, 'åke')).ids, [ake], 'who is in a public room')
  await server.setState(open, ake, 'm.room.join_rules', { join_rule: 'invite' })
  assert.deepEqual((await find(server, ola, 'åke')).ids, [])
})

test('more people than the limit are cut, and that is said', async () => {
  const server = await line.server('manga.example')
  const eva = await server.user('eva')
  const roomId = await named(server, eva, 'Alla')
  for (const name of ['sven1', 'sven2', 'sven3']) await server.join(roomId, await server.user(name), server)
  const two = await find(server, eva, 'sven', 2)
  assert.deepEqual([two.ids.length, two.limited], [2, true])
  const three = await find(server, eva, 'sven', 3)
  assert.deepEqual([three.ids.length, three.limited], [3, false])
})

test('a name that somebody of another server uses in one room is not found from another', async () => {
  const [one, other] = [await named(beta, bo, 'Ett', inviteOnly), await named(beta, bo, 'Två', inviteOnly)]
  for (const [roomId, target] of [
    [one, anna],
    [other, cia],
  ] as const) {
    await beta.rooms.invite({ roomId, sender: bo, target, membership: 'invite', content: {} })
    await alfa.join(roomId, target, beta)
  }
  await beta.setState(one, bo, 'm.room.member', { membership: 'join', displayname: 'Hemlige Bosse' }, bo)
  await settle(alfa, beta)
  assert.deepEqual((await find(alfa, anna, 'bosse')).ids, [bo])
  assert.deepEqual((await find(alfa, cia, 'bosse')).ids, [])
  assert.deepEqual((await find(alfa, cia, 'bo')).ids, [bo])
  const member = (await beta.state(one)).get(`m.room.member ${bo}`) ?? assert.fail()
  await beta.rooms.send(one, { type: 'm.room.redaction', sender: bo, content: { redacts: member } })
  await settle(alfa, beta)
  assert.deepEqual((await find(alfa, anna, 'bosse')).ids, [], 'a name that was redacted')
})

test('whoever asks for too much at once is told to wait', async () => {
  const roomId = await named(alfa, anna, 'Rusning', space)
  const asked = await Promise.allSettled(Array.from({ length: 30 }, () => walk(alfa, roomId, anna)))
  const refusals = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  assert.ok(refusals.length > 0 && refusals.length < 30)
  for (const reason of refusals) assert.ok(refuses(429, 'M_LIMIT_EXCEEDED')(reason))
})

test('rooms in common are those that both are in now', async () => {
  const [dan, eva] = [await alfa.user('dan'), await alfa.user('eva')]
  const [both, hers] = [await named(alfa, dan, 'Båda'), await named(alfa, eva, 'Hennes')]
  await alfa.join(both, eva, alfa)
  const ask = (from?: string) => alfa.rooms.discovery.mutualRooms({ userId: dan, other: eva, from })
  assert.deepEqual(await ask(), { rooms: [both], count: 1, next: undefined })
  await alfa.join(hers, dan, alfa)
  await alfa.rooms.leave({ roomId: both, userId: eva, servers: [], content: {} })
  assert.deepEqual(await ask(), { rooms: [hers], count: 1, next: undefined })
  await assert.rejects(ask('påhittad'), refuses(400, 'M_INVALID_PARAM'))
})

// ── Points in time ────────────────────────────────────────────────────────────────────────────────────────────────────

test('the event nearest to a time is asked for elsewhere where our history begins later', async () => {
  const roomId = await named(alfa, anna, 'Historia')
  const said: { id: EventId; at: number }[] = []
  for (const body of ['ett', 'två', 'tre']) {
    await line.clock.advance(60_000)
    said.push({ id: await alfa.say(roomId, anna, body), at: line.clock.now() })
  }
  await line.clock.advance(60_000)
  await beta.join(roomId, bo, alfa)
  const near = async (server: TestServer, userId: UserId, time: number, direction: 'b' | 'f') => {
    const reader = { userId, deviceId: undefined }
    return (await server.rooms.discovery.eventNear({ roomId, time, direction }, reader)).event.eventId
  }
  const [one, two, three] = said
  assert.ok(one && two && three)
  assert.equal(await near(alfa, anna, two.at + 1, 'b'), two.id)
  assert.equal(await near(alfa, anna, two.at + 1, 'f'), three.id)
  assert.equal(await near(beta, bo, two.at + 1, 'b'), two.id)
  assert.equal(await near(beta, bo, two.at - 1, 'f'), two.id)
  assert.equal(await near(beta, bo, three.at - 1, 'f'), three.id)
  const reader = { userId: bo, deviceId: undefined }
  const from = (await beta.rooms.surroundings({ roomId, eventId: two.id, limit: 0, filter: undefined }, reader)).end
  assert.match(from, /^t/)
  await assert.rejects(near(alfa, anna, 1, 'b'), refuses(404, 'M_NOT_FOUND'))
  await assert.rejects(near(alfa, cia, 1, 'f'), refuses(403, 'M_FORBIDDEN'))
  assert.deepEqual([alfa.faults, beta.faults], [[], []])
})
