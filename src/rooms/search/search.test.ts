// Searching in messages, over a real database: what is found, by whom, in which order, and what is not.
// spec: client-server-api/modules/search.md

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type TestLine, type TestServer, twoServers } from '#federation/servers-for-tests.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseRoomEventFilter } from '#protocol/event-filter/event-filter.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { SearchAnswer, SearchRequest } from '#rooms/rooms.ts'
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

const search = (
  userId: UserId,
  searchTerm: string,
  more: Partial<SearchRequest> & { readonly ignored?: readonly UserId[]; readonly server?: TestServer } = {},
): Promise<SearchAnswer> => {
  const { ignored = [], server = alfa, ...rest } = more
  const request: SearchRequest = {
    searchTerm,
    keys: ['content.body', 'content.name', 'content.topic'],
    order: 'recent',
    filter: undefined,
    limit: 10,
    groupBy: [],
    context: undefined,
    includeState: false,
    from: undefined,
    ...rest,
  }
  return server.rooms.search.events(request, { userId, deviceId: undefined, ignored })
}

/** What was said in the events that were found. */
const said = ({ results }: SearchAnswer): unknown[] =>
  results.map(({ event: { known } }) => known.event.content['body'] ?? known.event.content['name'])

/** Each a moment later than the one before. */
async function say(roomId: RoomId, sender: UserId, ...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    await line.clock.advance(1_000)
    await alfa.say(roomId, sender, body)
  }
}

const filterOf = (value: Json) => parseRoomEventFilter(value)
const isInvalid = (error: unknown) => error instanceof MatrixError && error.errcode === 'M_INVALID_PARAM'

test('messages are found by their words, in Swedish and English by stems, without case', async () => {
  const roomId = await alfa.createRoom(anna)
  await say(roomId, anna, 'Bilarna kör mot Åre', 'The horses are running', 'Čáhci ja dolla', 'Helt annat')
  for (const [term, found] of [
    ['bil', ['Bilarna kör mot Åre']],
    ['BILAR', ['Bilarna kör mot Åre']],
    ['åre', ['Bilarna kör mot Åre']],
    ['are horse', ['The horses are running']],
    ['run', ['The horses are running']],
    ['čáhci', ['Čáhci ja dolla']],
    ['cahci', []],
    ['bil hest', []],
    ["' | & :* !", []],
  ] as const) {
    assert.deepEqual(said(await search(anna, term)), found, term)
  }
  const { highlights } = await search(anna, 'bilar')
  assert.deepEqual(highlights, ['bilarna'])
})

test('names and topics are found where they are asked for', async () => {
  const roomId = await alfa.createRoom(anna, { name: 'Beredskapsrummet', topic: 'Om beredskapsövningar' })
  await say(roomId, anna, 'Ett ord om beredskapsrummet')
  const of = async (...keys: SearchRequest['keys']) =>
    (await search(anna, 'beredskapsrummet', { keys })).results.map(({ event }) => event.known.event.type)
  assert.deepEqual(await of('content.name'), ['m.room.name'])
  assert.deepEqual(await of('content.body'), ['m.room.message'])
  assert.equal((await search(anna, 'beredskapsövning', { keys: ['content.topic'] })).count, 1)
})

test('who is not in a room finds nothing there, and who has left finds what they could see then', async () => {
  const roomId = await alfa.createRoom(anna, { preset: 'private_chat' })
  await say(roomId, anna, 'granskogen före')
  assert.deepEqual(said(await search(cia, 'granskogen')), [])
  await alfa.rooms.invite({ roomId, sender: anna, target: cia, membership: 'invite', content: {} })
  assert.deepEqual(said(await search(cia, 'granskogen')), [])
  await alfa.join(roomId, cia, alfa)
  await say(roomId, anna, 'granskogen medan')
  await alfa.rooms.leave({ roomId, userId: cia, servers: [], content: {} })
  await say(roomId, anna, 'granskogen efter')
  assert.deepEqual(said(await search(cia, 'granskogen')), ['granskogen medan', 'granskogen före'])
  assert.equal((await search(anna, 'granskogen')).count, 3)
  await alfa.rooms.forget(roomId, cia)
  assert.deepEqual(said(await search(cia, 'granskogen')), [])
})

test('what was said before somebody came is found only where the history was shared', async () => {
  const roomId = await alfa.createRoom(anna)
  await alfa.setState(roomId, anna, 'm.room.history_visibility', { history_visibility: 'joined' })
  await say(roomId, anna, 'tallskogen före')
  await alfa.join(roomId, cia, alfa)
  await say(roomId, anna, 'tallskogen medan')
  assert.deepEqual(said(await search(cia, 'tallskogen')), ['tallskogen medan'])
})

test('a redacted message is not found any more, nor when it is redacted in the same turn', async () => {
  const roomId = await alfa.createRoom(anna)
  const redact = (redacts: string) =>
    alfa.rooms.send(roomId, { type: 'm.room.redaction', sender: anna, content: { redacts } })
  const first = await alfa.say(roomId, anna, 'bokskogen ett')
  assert.equal((await search(anna, 'bokskogen')).count, 1)
  await redact(first)
  const second = await alfa.say(roomId, anna, 'bokskogen två')
  await redact(second)
  assert.deepEqual(await search(anna, 'bokskogen'), {
    count: 0,
    highlights: [],
    results: [],
    groups: new Map(),
    state: undefined,
    next: undefined,
  })
})

test('what an erased user wrote is found by those alone who were there', async () => {
  const [eva, fia] = [await alfa.user('eva'), await alfa.user('fia')]
  const roomId = await alfa.createRoom(eva)
  await alfa.join(roomId, anna, alfa)
  await say(roomId, eva, 'ekskogen')
  await alfa.join(roomId, fia, alfa)
  assert.deepEqual(said(await search(fia, 'ekskogen')), ['ekskogen'])
  await alfa.running.accounts.deactivate(eva, { erase: true })
  assert.deepEqual(said(await search(fia, 'ekskogen')), [])
  assert.deepEqual(said(await search(anna, 'ekskogen')), ['ekskogen'])
})

test('a room that is encrypted is not searched, not even what was said before', async () => {
  const roomId = await alfa.createRoom(anna)
  await say(roomId, anna, 'alskogen öppet')
  assert.equal((await search(anna, 'alskogen')).count, 1)
  await alfa.setState(roomId, anna, 'm.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' })
  assert.equal((await search(anna, 'alskogen')).count, 0)
})

test('filters of rooms, senders and types hold, and whom the reader ignores is not found', async () => {
  const [one, other] = [await alfa.createRoom(anna), await alfa.createRoom(anna)]
  await alfa.join(one, cia, alfa)
  await say(one, anna, 'lärkträd från anna')
  await say(one, cia, 'lärkträd från cia')
  await say(other, anna, 'lärkträd annorstädes')
  const filtered = async (filter: Json) => said(await search(anna, 'lärkträd', { filter: filterOf(filter) }))
  assert.deepEqual(await filtered({ rooms: [other] }), ['lärkträd annorstädes'])
  assert.deepEqual(await filtered({ not_rooms: [other], senders: [cia] }), ['lärkträd från cia'])
  assert.deepEqual(await filtered({ types: ['m.room.name'] }), [])
  assert.deepEqual(said(await search(anna, 'lärkträd', { ignored: [cia] })), [
    'lärkträd annorstädes',
    'lärkträd från anna',
  ])
})

test('the closest match comes first by rank, the newest by time', async () => {
  const roomId = await alfa.createRoom(anna)
  await say(roomId, anna, 'enbuske enbuske enbuske', 'en lång rad av andra ord och sist en enbuske')
  assert.deepEqual(said(await search(anna, 'enbuske', { order: 'rank' }))[0], 'enbuske enbuske enbuske')
  assert.deepEqual(said(await search(anna, 'enbuske', { order: 'recent' }))[1], 'enbuske enbuske enbuske')
})

test('pages follow each other without gap or double, whatever is said meanwhile', async () => {
  const roomId = await alfa.createRoom(anna)
  await say(roomId, anna, ...Array.from({ length: 5 }, (_, index) => `hassel ${index}`))
  for (const order of ['recent', 'rank'] as const) {
    const first = await search(anna, 'hassel', { order, limit: 2 })
    await say(roomId, anna, 'hassel hassel hassel, senare')
    const second = await search(anna, 'hassel', { order, limit: 2, from: first.next })
    const third = await search(anna, 'hassel', { order, limit: 9, from: second.next })
    const all = [first, second, third].flatMap(said)
    assert.equal(new Set(all).size, all.length)
    assert.equal(all.filter((body) => /hassel \d/.test(String(body))).length, 5)
    assert.equal(third.next, undefined)
  }
  for (const from of ['', 'påhittad', 'WzEsMl0x!', Buffer.from('[1,2,"sender"]').toString('base64url')]) {
    await assert.rejects(search(anna, 'hassel', { from }), isInvalid, from)
  }
})

test('groups name their events, and each pages by itself', async () => {
  const [one, other] = [await alfa.createRoom(anna), await alfa.createRoom(anna)]
  await say(one, anna, 'rönn 1', 'rönn 2')
  await say(other, anna, 'rönn 3')
  const answer = await search(anna, 'rönn', { groupBy: ['room_id', 'sender'], limit: 2 })
  assert.deepEqual(said(answer), ['rönn 3', 'rönn 2'])
  const rooms = answer.groups.get('room_id')
  assert.deepEqual([...(rooms?.keys() ?? [])], [other, one])
  assert.deepEqual([rooms?.get(other)?.next, rooms?.get(one)?.results.length], [undefined, 1])
  const rest = await search(anna, 'rönn', { groupBy: ['room_id'], from: rooms?.get(one)?.next })
  assert.deepEqual(said(rest), ['rönn 1'])
  assert.equal(answer.groups.get('sender')?.get(anna)?.results.length, 2)
})

test('an event comes with what was said around it, who said it, and the state of its room where that is asked for', async () => {
  const roomId = await alfa.createRoom(anna, { name: 'Lindrummet' })
  await say(roomId, anna, 'ett', 'två', 'lindblom', 'tre', 'fyra')
  const context = { before: 1, after: 2, withProfiles: true }
  const { results, state } = await search(anna, 'lindblom', { context, includeState: true })
  const around = results[0]?.context
  const bodies = (list: typeof around extends undefined ? never : NonNullable<typeof around>['before']) =>
    list.map(({ known }) => known.event.content['body'])
  assert.ok(around)
  assert.deepEqual([bodies(around.before), bodies(around.after)], [['två'], ['tre', 'fyra']])
  assert.deepEqual([...(around.profiles ?? [])], [[anna, { displayName: 'anna', avatarUrl: undefined }]])
  assert.match(`${around.start} ${around.end}`, /^t\d+_\d+ t\d+_\d+$/)
  assert.ok(state?.get(roomId)?.some(({ known }) => known.event.type === 'm.room.name'))
})

test('a search in a room is one in the rooms that it replaced as well', async () => {
  const old = await alfa.createRoom(anna)
  await say(old, anna, 'asplöv före')
  const profileOf = async () => ({})
  const fresh = await alfa.rooms.upgrade({
    roomId: old,
    userId: anna,
    version: '11',
    additionalCreators: [],
    profileOf,
  })
  await say(fresh, anna, 'asplöv efter')
  const rooms = await alfa.rooms.search.withPredecessors([fresh, 'inget rum'])
  assert.deepEqual(rooms, [fresh, 'inget rum', old])
  const found = await search(anna, 'asplöv', { filter: filterOf({ rooms: rooms.filter((id) => id.startsWith('!')) }) })
  assert.deepEqual(said(found), ['asplöv efter', 'asplöv före'])
})

test('old history that is fetched from another server is found from then on', async () => {
  const roomId = await alfa.createRoom(anna)
  await say(roomId, anna, 'havtorn')
  await beta.join(roomId, bo, alfa)
  assert.equal((await search(bo, 'havtorn', { server: beta })).count, 0)
  const request = { roomId, direction: 'b' as const, from: undefined, to: undefined, limit: 50, filter: undefined }
  await beta.rooms.page(request, { userId: bo, deviceId: undefined })
  assert.deepEqual(said(await search(bo, 'havtorn', { server: beta })), ['havtorn'])
})

test('text of any kind is kept and looked for without harm', async () => {
  const roomId = await alfa.createRoom(anna)
  const odd = [
    'nul \0 mitt i',
    'halvt par \ud83d',
    "citat ' och \\ och ''",
    `långt ${'ord '.repeat(5_000)}`,
    '🌲🌲',
    'ﷺ',
  ]
  for (const body of odd) await alfa.say(roomId, anna, body.toWellFormed())
  await alfa.say(roomId, anna, 'slutligen vide')
  assert.deepEqual(said(await search(anna, 'vide')), ['slutligen vide'])
  assert.equal((await search(anna, 'citat')).count, 1)
  for (const term of odd) await search(anna, term)
  assert.deepEqual([alfa.faults, beta.faults], [[], []])
})
