// Sliding sync over real sockets, in both shapes.
// spec: proposals/4186 (API, differences from the experimental implementation)

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { slidingSync } from '#api/client/sliding-sync.ts'
import { slidingSyncDeployed } from '#api/client/sliding-sync-deployed.ts'
import { schemaCheck } from '#api/validation.ts'
import { parseServerName, type RoomId, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { aMessage, aRoom, bo, joins, scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { type SyncServer, syncServer } from '#sync/sync-for-tests.ts'
import { serverForTests, type TestClient, type TestServer } from './server-for-tests.ts'
import { handleSlidingSync } from './sliding-sync.ts'
import { handleSlidingSyncDeployed } from './sliding-sync-deployed.ts'

const accepted = 'client/v4/sync'
const deployed = 'client/unstable/org.matrix.simplified_msc3575/sync'
const started = syncServer(scopeOfFile())
const fits = {
  [accepted]: schemaCheck(slidingSync.response),
  [deployed]: schemaCheck(slidingSyncDeployed.response),
}

let home: SyncServer
let server: TestServer
let anna: TestClient
let roomId: RoomId

before(async () => {
  home = await started
  const serverName = parseServerName('alfa.example')
  assert.ok(serverName)
  const handlers = [handleSlidingSync, handleSlidingSyncDeployed]
  server = await serverForTests({ accounts: home.accounts, serverName }, handlers, { sync: home.sync })
  anna = await server.client('anna')
  roomId = await home.rooms.create(aRoom({ creator: anna.userId as UserId, name: 'Lunch' }))
  await home.rooms.changeMembership(joins(roomId, bo))
  await home.rooms.send(roomId, aMessage('hej', bo))
})
after(async () => {
  await server.stop()
  assert.deepEqual(server.defects, [])
})

/** The body of a good answer, which is as its definition says. */
async function ask(path: typeof accepted | typeof deployed, query: string, body: object): Promise<JsonObject> {
  const [status, answer] = await anna.ask('POST', `${path}${query}`, body)
  assert.equal(status, 200, JSON.stringify(answer))
  assert.ok(fits[path].fits(answer), JSON.stringify(fits[path].problem(answer)))
  return answer as JsonObject
}

const roomOf = (answer: JsonObject): JsonObject => (answer['rooms'] as { [roomId: string]: JsonObject })[roomId] ?? {}
const keysOf = (events: unknown) => (events as JsonObject[]).map((event) => `${event['type']}|${event['state_key']}`)

test('the accepted shape: all in the body, patterns by name, membership and lists in the room', async () => {
  const lists = {
    all: {
      timeline_limit: 1,
      required_state: {
        include: [{ type: 'm.room.name', state_key: '' }, { type: 'm.room.create' }],
        exclude: [{ type: 'm.room.create' }],
        lazy_members: true,
      },
      range: [0, 9],
      filters: { is_invited: false },
    },
  }
  const first = await ask(accepted, '', { conn_id: 'a', lists, extensions: { 'org.unknown': { enabled: true } } })
  assert.deepEqual(first['lists'], { all: { count: 1 } })
  const room = roomOf(first)
  assert.deepEqual(keysOf(room['required_state']), ['m.room.name|', `m.room.member|${bo}`])
  assert.equal(room['membership'], 'join')
  assert.deepEqual(room['lists'], ['all'])
  assert.equal('notification_count' in room, false)
  const wide = { all: { ...lists.all, timeline_limit: 2 } }
  const next = await ask(accepted, '', { conn_id: 'a', pos: first['pos'], lists: wide })
  assert.equal(roomOf(next)['expanded_timeline'], true)
  await home.rooms.send(roomId, {
    type: 'm.room.name',
    stateKey: '',
    sender: anna.userId as UserId,
    content: { name: '' },
  })
  const nameless = await ask(accepted, '', { conn_id: 'a', pos: next['pos'], lists: wide })
  assert.equal(roomOf(nameless)['name'], null)
})

test('the deployed shape: position in the query, pairs, operations, its own names', async () => {
  const list = (limit: number) => ({
    all: {
      timeline_limit: limit,
      required_state: [
        ['m.room.create', ''],
        ['m.room.member', '$ME'],
        ['m.room.member', '$LAZY'],
      ],
      ranges: [[0, 9]],
    },
  })
  const first = await ask(deployed, '?timeout=0&set_presence=offline', { txn_id: 'x', lists: list(1) })
  assert.equal(first['txn_id'], 'x')
  assert.deepEqual(first['lists'], {
    all: { count: 1, ops: [{ op: 'SYNC', range: [0, 9], room_ids: [roomId] }] },
  })
  const room = roomOf(first)
  assert.deepEqual(keysOf(room['required_state']), ['m.room.create|', `m.room.member|${anna.userId}`])
  assert.equal('membership' in room || 'lists' in room, false)
  const next = await ask(deployed, `?pos=${first['pos']}`, { lists: list(20) })
  assert.equal(roomOf(next)['unstable_expanded_timeline'], true)
  assert.deepEqual(next['lists'], { all: { count: 1 } }, 'the window is as it was')
  const [status, body] = await anna.ask('POST', `${deployed}?pos=s1_1_1_1`, {})
  assert.deepEqual([status, (body as JsonObject)['errcode']], [400, 'M_UNKNOWN_POS'])
})

test('the deployed shape tells invites as invite_state, and all state for wildcards', async () => {
  const invited = await home.rooms.create(aRoom({ creator: bo, preset: 'private_chat' }))
  const target = anna.userId as UserId
  await home.rooms.changeMembership({ roomId: invited, sender: bo, target, membership: 'invite', content: {} })
  const config = { timeline_limit: 0, required_state: [['*', '*']] }
  const answer = await ask(deployed, '', {
    conn_id: 'b',
    lists: { invites: { ...config, ranges: [[0, 0]], filters: { is_invite: true } } },
    room_subscriptions: { [roomId]: config },
  })
  const rooms = answer['rooms'] as { [roomId: string]: JsonObject }
  assert.ok(keysOf(rooms[invited]?.['invite_state']).includes(`m.room.member|${target}`))
  assert.ok(keysOf(rooms[roomId]?.['required_state']).includes(`m.room.member|${bo}`))
  assert.equal(keysOf(rooms[roomId]?.['required_state']).length, 8)
})

test('too much, and what is none, is refused', async () => {
  const config = { timeline_limit: 1, required_state: {} }
  const many = (make: (n: number) => [string, object]) =>
    Object.fromEntries(Array.from({ length: 101 }, (_, n) => make(n)))
  const cases: readonly [object, string][] = [
    [{ lists: many((n) => [`l${n}`, config]) }, 'M_INVALID_PARAM'],
    [{ room_subscriptions: many((n) => [`!r${n}:alfa.example`, config]) }, 'M_INVALID_PARAM'],
    [{ lists: { ['l'.repeat(256)]: config } }, 'M_INVALID_PARAM'],
    [{ lists: { all: { ...config, range: [3, 1] } } }, 'M_INVALID_PARAM'],
    [{ lists: { all: { ...config, range: [-1, 1] } } }, 'M_INVALID_PARAM'],
    [{ conn_id: 'a\0b', pos: 's1_1_1_1' }, 'M_INVALID_PARAM'],
    [{ set_presence: 'dancing' }, 'M_INVALID_PARAM'],
    [{ lists: { all: { timeline_limit: 1 } } }, 'M_MISSING_PARAM'],
    [{ lists: { all: { ...config, timeline_limit: 'x' } } }, 'M_BAD_JSON'],
    [{ pos: 's1' }, 'M_UNKNOWN_POS'],
  ]
  for (const [body, errcode] of cases) {
    const [status, answer] = await anna.ask('POST', accepted, body)
    assert.deepEqual([status, (answer as JsonObject)['errcode']], [400, errcode], JSON.stringify(body).slice(0, 100))
  }
})
