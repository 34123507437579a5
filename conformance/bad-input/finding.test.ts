// Finding rooms, people and messages over the wire, and reporting them: every answer fits its definition, and what is asked wrongly is refused
// with the error that the specification names.
// spec: client-server-api #published-room-directory, modules/spaces.md, modules/search.md, #user-directory, #reporting-content

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { endpoints } from '#api/endpoints.ts'
import { schemaCheck } from '#api/validation.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, isObject, type Json, type JsonObject, objectAt } from '#protocol/json/json.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { alfa, beta, type Person, type ServerUnderTest, startServer } from './server-under-test.ts'

const BAD_JSON = [400, 'M_BAD_JSON'] as const
const INVALID_PARAM = [400, 'M_INVALID_PARAM'] as const
const MISSING_PARAM = [400, 'M_MISSING_PARAM'] as const
const MISSING_TOKEN = [401, 'M_MISSING_TOKEN'] as const
const FORBIDDEN = [403, 'M_FORBIDDEN'] as const
const NOT_FOUND = [404, 'M_NOT_FOUND'] as const

const scope = scopeOfFile()
let server: ServerUnderTest
let anna: Person
let cia: Person
let bo: Person
let open: RoomId
let closed: RoomId
let there: RoomId
before(async () => {
  server = await startServer(scope, {
    SAMBAND_DIRECTORY__EVERYONE: 'true',
    SAMBAND_SUPPORT__PAGE: 'https://hjalp.example/',
    SAMBAND_SUPPORT__CONTACTS__0__EMAIL_ADDRESS: 'hjalp@alfa.example',
  })
  anna = await server.createUser('anna')
  cia = await server.createUser('cia')
  bo = await server.createUser('bo', beta)
  open = await server.createRoom(anna, { name: 'Öppna rummet', visibility: 'public', room_alias_name: 'öppet' })
  closed = await server.createRoom(anna, { name: 'Slutna rummet', preset: 'private_chat' })
  const made = await server.ask('POST', '/_matrix/client/v3/createRoom', {
    host: beta,
    token: bo.token,
    body: { name: 'Betas rum', preset: 'public_chat', visibility: 'public', room_alias_name: 'betas' },
  })
  there = made.body?.['room_id'] as RoomId
})
after(() => assert.deepEqual(server.defects, []))

const enc = encodeURIComponent
const client = '/_matrix/client'
const room = (roomId: RoomId, rest: string) => `${client}/v3/rooms/${enc(roomId)}/${rest}`

/** Asks, holds that the answer is 200 and fits the definition of that name, and gives its body. */
async function ok(operationId: string, method: string, target: string, body?: Json, token = anna.token) {
  const answer = await server.ask(method, target, { token, body })
  assert.equal(answer.status, 200, `${method} ${target}: ${JSON.stringify(answer.body)}`)
  const { response } = endpoints.find((one) => one.operationId === operationId && one.path.includes('/client/')) ?? {}
  assert.ok(response, operationId)
  const check = schemaCheck(response)
  assert.ok(check.fits(answer.body), `${operationId}: ${JSON.stringify(check.problem(answer.body))}`)
  return answer.body ?? {}
}

const refused = (expected: readonly [number, string], method: string, target: string, body?: Json, token?: string) =>
  server.refused(expected, method, target, { token: token ?? anna.token, body })

const ids = (list: unknown): unknown[] => (list as JsonObject[]).map((each) => each['room_id'])

test('the directory is read without a login, and searched with one', async () => {
  const { status, body } = await server.ask('GET', `${client}/v3/publicRooms?limit=10`)
  assert.deepEqual([status, ids(body?.['chunk'])], [200, [open]])
  const all = await ok('getPublicRooms', 'GET', `${client}/r0/publicRooms`)
  assert.equal(all['total_room_count_estimate'], 1)
  const search = (filter: Json) => ok('queryPublicRooms', 'POST', `${client}/v3/publicRooms`, { filter })
  assert.deepEqual(ids((await search({ generic_search_term: 'ÖPPNA' }))['chunk']), [open])
  assert.deepEqual(ids((await search({ generic_search_term: 'slutna' }))['chunk']), [])
  assert.deepEqual(ids((await search({ room_types: ['m.space', 'nul \0'] }))['chunk']), [])
  await server.refused(MISSING_TOKEN, 'POST', `${client}/v3/publicRooms`, { body: {} })
})

test('the directory of another server is asked for', async () => {
  const get = await ok('getPublicRooms', 'GET', `${client}/v3/publicRooms?server=${beta}`)
  assert.deepEqual(ids(get['chunk']), [there])
  const target = `${client}/v3/publicRooms?server=${beta}`
  const found = await ok('queryPublicRooms', 'POST', target, { filter: { generic_search_term: 'betas' } })
  assert.deepEqual(ids(found['chunk']), [there])
  const none = await ok('queryPublicRooms', 'POST', target, { filter: { generic_search_term: 'alfas' } })
  assert.deepEqual(ids(none['chunk']), [])
  await server.refused(MISSING_TOKEN, 'GET', target)
})

test('what is asked of a directory wrongly is refused', async () => {
  const target = `${client}/v3/publicRooms`
  for (const query of ['limit=-1', 'limit=many', 'since=x', `since=${'f'.repeat(2_000)}`, 'server=%20', 'since=f1_1_1'])
    await refused(INVALID_PARAM, 'GET', `${target}?${query}`)
  const wrong: readonly JsonObject[] = [{ limit: 'x' }, { filter: [] }, { filter: { room_types: [7] } }, { since: 7 }]
  for (const body of wrong) await refused(BAD_JSON, 'POST', target, body)
  await refused(INVALID_PARAM, 'POST', target, { since: 'påhittad' })
  await refused(INVALID_PARAM, 'POST', target, { include_all_networks: true, third_party_instance_id: 'irc' })
  const empty = await ok('queryPublicRooms', 'POST', target, { third_party_instance_id: 'irc' })
  assert.deepEqual(empty['chunk'], [])
})

test('who decides whether a room is in the directory, and who may ask', async () => {
  const target = `${client}/v3/directory/list/room/${enc(open)}`
  assert.deepEqual((await server.ask('GET', target)).body, { visibility: 'public' })
  await refused(FORBIDDEN, 'PUT', target, { visibility: 'private' }, cia.token)
  await refused(INVALID_PARAM, 'PUT', target, { visibility: 'hidden' })
  const unknown = `${client}/v3/directory/list/room/${enc(`!${'A'.repeat(43)}`)}`
  await refused(NOT_FOUND, 'PUT', unknown, { visibility: 'public' })
  await refused(NOT_FOUND, 'GET', unknown)
})

test('a summary comes under every path, with the membership of whoever is logged in', async () => {
  const paths = [
    `${client}/v1/room_summary/${enc(open)}`,
    `${client}/unstable/im.nheko.summary/summary/${enc('#öppet:alfa.localhost')}`,
    `${client}/unstable/im.nheko.summary/rooms/${enc(open)}/summary`,
  ]
  for (const target of paths) {
    const summary = await ok('getRoomSummary', 'GET', target)
    assert.deepEqual([summary['room_id'], summary['membership'], summary['room_version']], [open, 'join', '12'])
    assert.equal((await ok('getRoomSummary', 'GET', target, undefined, cia.token))['membership'], 'leave')
    const { body } = await server.ask('GET', target)
    assert.deepEqual([body?.['room_id'], body?.['membership']], [open, undefined])
  }
  await refused(NOT_FOUND, 'GET', `${client}/v1/room_summary/${enc(closed)}`, undefined, cia.token)
  await refused(NOT_FOUND, 'GET', `${client}/v1/room_summary/${enc('#nix:alfa.localhost')}`)
  await refused(INVALID_PARAM, 'GET', `${client}/v1/room_summary/rum`)
})

test('a summary of a room elsewhere is asked for there, for those who are logged in', async () => {
  const byId = `${client}/v1/room_summary/${enc(there)}`
  assert.equal((await ok('getRoomSummary', 'GET', `${byId}?via=${beta}`))['name'], 'Betas rum')
  const byAlias = `${client}/v1/room_summary/${enc('#betas:beta.localhost')}`
  assert.equal((await ok('getRoomSummary', 'GET', byAlias))['room_id'], there)
  await refused(NOT_FOUND, 'GET', byId)
  await server.refused(NOT_FOUND, 'GET', `${byId}?via=${beta}`)
  await server.refused(MISSING_TOKEN, 'GET', byAlias)
})

test('a space is walked, and its limits are kept', async () => {
  const space = await server.createRoom(anna, { name: 'Rymden', creation_content: { type: 'm.space' } })
  for (const [child, via] of [
    [open, alfa],
    [there, beta],
  ] as const) {
    const target = room(space, `state/m.space.child/${enc(child)}`)
    assert.equal((await server.ask('PUT', target, { token: anna.token, body: { via: [via] } })).status, 200)
  }
  const hierarchy = `${client}/v1/rooms/${enc(space)}/hierarchy`
  const whole = await ok('getSpaceHierarchy', 'GET', hierarchy, undefined, cia.token)
  assert.deepEqual(ids(whole['rooms']), [space, open, there])
  const page = await ok('getSpaceHierarchy', 'GET', `${hierarchy}?limit=2`)
  const rest = await ok('getSpaceHierarchy', 'GET', `${hierarchy}?limit=2&from=${enc(String(page['next_batch']))}`)
  assert.deepEqual([ids(rest['rooms']), rest['next_batch']], [[there], undefined])
  for (const query of ['limit=0', 'limit=-1', 'max_depth=-1', 'suggested_only=maybe', 'from=x', 'from=h99999999_0'])
    await refused(INVALID_PARAM, 'GET', `${hierarchy}?${query}`)
  const elsewhere = await ok('getSpaceHierarchy', 'GET', `${client}/v1/rooms/${enc(there)}/hierarchy?via=${beta}`)
  assert.deepEqual(ids(elsewhere['rooms']), [there])
  await refused(FORBIDDEN, 'GET', `${client}/v1/rooms/${enc(closed)}/hierarchy`, undefined, cia.token)
  await refused(FORBIDDEN, 'GET', `${client}/v1/rooms/${enc(`!${'A'.repeat(43)}`)}/hierarchy`)
})

const search = (roomEvents: Json, next = '') =>
  ['POST', `${client}/v3/search${next}`, { search_categories: { room_events: roomEvents } }] as const

const roomEvents = (answer: JsonObject): JsonObject =>
  objectAt(objectAt(answer, 'search_categories') ?? {}, 'room_events') ?? {}

const textOf = (result: Json | undefined): unknown =>
  objectAt(objectAt(isObject(result) ? result : {}, 'result') ?? {}, 'content')?.['body']

test('a search answers with all that it may be asked for', async () => {
  const said = ['Äpplen och päron', 'Päron och plommon', 'Päron'].entries()
  for (const [index, body] of said) {
    const target = room(open, `send/m.room.message/f${index}`)
    await server.ask('PUT', target, { token: anna.token, body: { msgtype: 'm.text', body } })
  }
  const asked = {
    search_term: 'päron',
    keys: ['content.body'],
    order_by: 'recent',
    filter: { limit: 2, rooms: [open] },
    event_context: { before_limit: 1, after_limit: 1, include_profile: true },
    groupings: { group_by: [{ key: 'room_id' }, { key: 'sender' }] },
    include_state: true,
  }
  const answer = await ok('search', ...search(asked))
  const found = roomEvents(answer)
  assert.deepEqual([found['count'], found['highlights']], [3, ['päron']])
  const [first, second] = arrayAt(found, 'results') ?? []
  assert.deepEqual([textOf(first), textOf(second)], ['Päron', 'Päron och plommon'])
  const around = isObject(second) && objectAt(second, 'context')
  assert.deepEqual(Object.keys((around && objectAt(around, 'profile_info')) || {}), [anna.userId])
  assert.ok(arrayAt(objectAt(found, 'state') ?? {}, open))
  assert.deepEqual(Object.keys(objectAt(found, 'groups') ?? {}), ['room_id', 'sender'])
  const next = await ok('search', ...search(asked, `?next_batch=${enc(String(found['next_batch']))}`))
  const rest = roomEvents(next)
  assert.deepEqual([arrayAt(rest, 'results')?.map(textOf), rest['next_batch']], [['Äpplen och päron'], undefined])
  assert.deepEqual(await ok('search', 'POST', `${client}/v3/search`, { search_categories: {} }), {
    search_categories: {},
  })
})

test('a search that is asked for wrongly is refused', async () => {
  const search_term = 'päron'
  await refused(MISSING_PARAM, ...search({}))
  await refused(MISSING_PARAM, 'POST', `${client}/v3/search`, {})
  const untyped: readonly JsonObject[] = [
    { search_term: 7 },
    { search_term, filter: { limit: 'x' } },
    { search_term, filter: { senders: [7] } },
  ]
  for (const wrong of untyped) await refused(BAD_JSON, ...search(wrong))
  const unknown: readonly JsonObject[] = [
    { search_term, order_by: 'oldest' },
    { search_term, keys: ['content.url'] },
    { search_term, groupings: { group_by: [{ key: 'colour' }] } },
    { search_term, event_context: { before_limit: -1 } },
  ]
  for (const wrong of unknown) await refused(INVALID_PARAM, ...search(wrong))
  for (const token of ['x', enc('{}'), enc(Buffer.from('[1,2,"room_id",7]').toString('base64url'))])
    await refused(INVALID_PARAM, ...search({ search_term }, `?next_batch=${token}`))
})

test('where the operator lets everyone be found, nobody need share a room, and who is gone is not found', async () => {
  const dan = await server.createUser('danjel')
  const find = async () => {
    const found = await ok('searchUserDirectory', 'POST', `${client}/v3/user_directory/search`, { search_term: 'danj' })
    return arrayAt(found, 'results')?.map((person) => isObject(person) && person['user_id'])
  }
  assert.deepEqual(await find(), [dan.userId])
  await server.modules.accounts.deactivate(dan.userId, { erase: true })
  assert.deepEqual(await find(), [])
})

/** Again and again does no harm: each test may stand alone. */
async function ciaJoins(): Promise<void> {
  assert.equal((await server.ask('POST', room(open, 'join'), { token: cia.token, body: {} })).status, 200)
}

test('people are found, and rooms that two people share', async () => {
  const target = `${client}/v3/user_directory/search`
  assert.deepEqual(await ok('searchUserDirectory', 'POST', target, { search_term: 'anna' }, cia.token), {
    limited: false,
    results: [{ user_id: anna.userId, display_name: 'anna' }],
  })
  const none = await ok('searchUserDirectory', 'POST', target, { search_term: '' })
  assert.deepEqual(none, { limited: false, results: [] })
  await refused(MISSING_PARAM, 'POST', target, {})
  await refused(INVALID_PARAM, 'POST', target, { search_term: 'a', limit: -1 })

  await ciaJoins()
  const mutual = `${client}/v1/mutual_rooms?user_id=`
  const former = `${client}/unstable/uk.half-shot.msc2666/user/mutual_rooms?user_id=`
  for (const path of [mutual, former])
    assert.deepEqual(await ok('getMutualRooms', 'GET', `${path}${enc(cia.userId)}`), { joined: [open], count: 1 })
  assert.deepEqual(await ok('getMutualRooms', 'GET', `${mutual}${enc('@ingen:gamma.example')}`), {
    joined: [],
    count: 0,
  })
  await refused(INVALID_PARAM, 'GET', `${mutual}${enc(anna.userId)}`)
  await refused(INVALID_PARAM, 'GET', `${mutual}anna`)
  await refused(INVALID_PARAM, 'GET', `${mutual}${enc(cia.userId)}&from=x`)
  await refused(INVALID_PARAM, 'GET', `${former}${enc(cia.userId)}&batch_token=x`)
  await refused(MISSING_PARAM, 'GET', `${client}/v1/mutual_rooms`)
})

test('what is reported is kept, and an unknown thing is not found', async () => {
  await ciaJoins()
  const sent = await server.ask('PUT', room(open, 'send/m.room.message/r'), { token: anna.token, body: { body: 'x' } })
  const event = room(open, `report/${enc(String(sent.body?.['event_id']))}`)
  await ok('reportEvent', 'POST', event, { reason: 'ett', score: -100 }, cia.token)
  await ok('reportEvent', 'POST', event, {}, cia.token)
  await ok('reportRoom', 'POST', room(closed, 'report'), { reason: '' }, cia.token)
  await ok('reportUser', 'POST', `${client}/v3/users/${enc(anna.userId)}/report`, { reason: 'två' }, cia.token)
  const kept = await server.modules.moderation.reports.read({ limit: 10 })
  assert.deepEqual(
    kept.map(({ kind, reason }) => [kind, reason]),
    [
      ['user', 'två'],
      ['room', ''],
      ['event', ''],
      ['event', 'ett'],
    ],
  )
  await refused(NOT_FOUND, 'POST', room(open, `report/${enc(`$${'A'.repeat(43)}`)}`), { reason: '' })
  await refused(NOT_FOUND, 'POST', room(closed, `report/${enc(String(sent.body?.['event_id']))}`), {}, cia.token)
  await refused(NOT_FOUND, 'POST', room(`!${'A'.repeat(43)}` as RoomId, 'report'), { reason: '' })
  await refused(NOT_FOUND, 'POST', `${client}/v3/users/${enc('@ingen:alfa.localhost')}/report`, { reason: '' })
  await refused(MISSING_PARAM, 'POST', room(open, 'report'), {})
  await refused(BAD_JSON, 'POST', event, { reason: 7 })
  await refused(INVALID_PARAM, 'POST', event, { reason: 'x'.repeat(5_000) })
})

test('the nearest event is told, and a time that is none is refused', async () => {
  const target = `${client}/v1/rooms/${enc(open)}/timestamp_to_event`
  const first = await ok('getEventByTimestamp', 'GET', `${target}?ts=0&dir=f`)
  assert.equal(`!${String(first['event_id']).slice(1)}`, open)
  await refused(NOT_FOUND, 'GET', `${target}?ts=0&dir=b`)
  await refused(MISSING_PARAM, 'GET', `${target}?dir=b`)
  for (const query of ['ts=x&dir=b', 'ts=1&dir=up', 'ts=1.5&dir=f'])
    await refused(INVALID_PARAM, 'GET', `${target}?${query}`)
})

test('whom to ask for help is told to everybody', async () => {
  const { status, body } = await server.ask('GET', '/.well-known/matrix/support')
  assert.equal(status, 200)
  assert.deepEqual(body, {
    contacts: [{ role: 'm.role.admin', email_address: 'hjalp@alfa.example' }],
    support_page: 'https://hjalp.example/',
  })
})
