// The handlers of typing, receipts, presence and push rules over real sockets.
// spec: client-server-api/modules/typing_notifications.md, receipts.md, read_markers.md, presence.md, push.md

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { roomsForTests } from '#ephemeral/rooms-for-tests.ts'
import { logTo } from '#platform/log/log.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { unreachableGateways } from '#push/gateway-for-tests.ts'
import { Push } from '#push/push.ts'
import { ephemeralHandlers } from './ephemeral-handlers.ts'
import { pushHandlers } from './push-handlers.ts'
import { serverForTests, type TestClient, type TestServer } from './server-for-tests.ts'

const t = roomsForTests()
let push: Push
let server: TestServer
let anna: TestClient
let bo: TestClient

before(async () => {
  await t.settled
  const { serverName, database, stream, clock, accounts, rooms, ephemeral } = t
  const parts = { serverName, database, stream, clock, accounts, rooms, ephemeral, log: logTo({ write() {} }) }
  push = await Push.open({ ...parts, gateways: unreachableGateways, options: { predefined: {} } })
  server = await serverForTests(t, [...ephemeralHandlers, ...pushHandlers], { ephemeral, push })
  ;[anna, bo] = [await server.client('anna'), await server.client('bo')]
})
after(async () => {
  await server.stop()
  await push.stop()
  assert.deepEqual(server.defects, [])
})

const errcodeOf = ([status, body]: readonly [number, unknown]) => [status, (body as { errcode: string }).errcode]

test('typing: for oneself, in a room that one is in', async () => {
  const room = await t.room(anna.userId as UserId)
  const path = (user: TestClient) => `client/v3/rooms/${encodeURIComponent(room)}/typing/${user.userId}`
  assert.deepEqual(await anna.ask('PUT', path(anna), { typing: true, timeout: 5000 }), [200, {}])
  assert.deepEqual(t.ephemeral.typing.in(room), [anna.userId])
  assert.deepEqual(errcodeOf(await bo.ask('PUT', path(bo), { typing: true })), [403, 'M_FORBIDDEN'])
  assert.deepEqual(errcodeOf(await bo.ask('PUT', path(anna), { typing: true })), [403, 'M_FORBIDDEN'])
  assert.deepEqual(await anna.ask('PUT', path(anna), { typing: false }), [200, {}])
  assert.deepEqual(t.ephemeral.typing.in(room), [])
})

test('receipts and read markers, with and without a body', async () => {
  const room = await t.room(anna.userId as UserId, bo.userId as UserId)
  const event = await t.say(room, anna.userId as UserId)
  const path = `client/v3/rooms/${encodeURIComponent(room)}`
  const receipt = (type: string) => `${path}/receipt/${type}/${encodeURIComponent(event)}`
  assert.deepEqual(await bo.ask('POST', receipt('m.read')), [200, {}])
  assert.deepEqual(await bo.ask('POST', receipt('m.read.private'), { thread_id: 'main' }), [200, {}])
  assert.deepEqual(await bo.ask('POST', receipt('m.fully_read'), {}), [200, {}])
  for (const thread_id of ['', '$other']) {
    assert.deepEqual(errcodeOf(await bo.ask('POST', receipt('m.read'), { thread_id })), [400, 'M_INVALID_PARAM'])
  }
  assert.equal((await bo.ask('POST', receipt('m.read'), { thread_id: 7 }))[0], 400)
  assert.equal((await bo.ask('POST', receipt('m.unknown')))[0], 400)
  const markers = { 'm.fully_read': event, 'm.read': event, 'm.read.private': event }
  assert.deepEqual(await bo.ask('POST', `${path}/read_markers`, markers), [200, {}])
  const found = await t.ephemeral.receipts.ofUser(bo.userId as UserId, [room])
  assert.deepEqual(found.map(({ type, threadId }) => `${type} ${threadId ?? ''}`).sort(), [
    'm.read ',
    'm.read.private ',
    'm.read.private main',
  ])
})

test('presence: set, shown to those who share a room, and to nobody else', async () => {
  const stranger = await server.client('stranger')
  await t.room(anna.userId as UserId, bo.userId as UserId)
  const path = `client/v3/presence/${encodeURIComponent(anna.userId)}/status`
  assert.deepEqual(await anna.ask('PUT', path, { presence: 'online', status_msg: 'hej' }), [200, {}])
  const [status, shown] = await bo.ask('GET', path)
  assert.deepEqual([status, (shown as { status_msg: string }).status_msg], [200, 'hej'])
  assert.deepEqual(errcodeOf(await stranger.ask('GET', path)), [403, 'M_FORBIDDEN'])
  assert.deepEqual(errcodeOf(await bo.ask('PUT', path, { presence: 'offline' })), [403, 'M_FORBIDDEN'])
  assert.equal((await anna.ask('PUT', path, { presence: 'sleepy' }))[0], 400)
})

test('push rules: make, read, order, enable, act, delete', async () => {
  const rules = 'client/v3/pushrules/global'
  const body = { pattern: 'brand', actions: ['notify'] }
  assert.deepEqual(await anna.ask('PUT', `${rules}/content/one`, body), [200, {}])
  assert.deepEqual(await anna.ask('PUT', `${rules}/content/two?after=one`, body), [200, {}])
  const [, all] = await anna.ask('GET', 'client/v3/pushrules/')
  const [, global] = await anna.ask('GET', `${rules}/`)
  assert.deepEqual((all as { global: unknown }).global, global)
  assert.deepEqual(
    (global as { content: { rule_id: string }[] }).content.map((rule) => rule.rule_id),
    ['one', 'two'],
  )
  assert.deepEqual(await anna.ask('GET', `${rules}/content/one`), [
    200,
    { rule_id: 'one', default: false, enabled: true, ...body },
  ])
  assert.deepEqual(await anna.ask('PUT', `${rules}/content/one/enabled`, { enabled: false }), [200, {}])
  assert.deepEqual(await anna.ask('GET', `${rules}/content/one/enabled`), [200, { enabled: false }])
  const actions = ['notify', { set_tweak: 'highlight' }]
  assert.deepEqual(await anna.ask('PUT', `${rules}/underride/.m.rule.message/actions`, { actions }), [200, {}])
  assert.deepEqual(await anna.ask('GET', `${rules}/underride/.m.rule.message/actions`), [200, { actions }])
  assert.deepEqual(await anna.ask('DELETE', `${rules}/content/one`), [200, {}])
  assert.deepEqual(errcodeOf(await anna.ask('GET', `${rules}/content/one`)), [404, 'M_NOT_FOUND'])
  assert.deepEqual(errcodeOf(await anna.ask('DELETE', `${rules}/content/one`)), [404, 'M_NOT_FOUND'])
  assert.equal((await anna.ask('PUT', `${rules}/content/.mine`, body))[0], 400)
  assert.equal((await anna.ask('GET', `${rules}/sideways/one`))[0], 400)
  assert.deepEqual(((await bo.ask('GET', `${rules}/`))[1] as { content: unknown[] }).content, [])
})

test('pushers: set, listed, changed, deleted, refused with a sentence', async () => {
  const pusher = {
    app_id: 'se.samband.test',
    pushkey: 'abc',
    kind: 'http',
    app_display_name: 'Samband',
    device_display_name: 'Telefon',
    lang: 'sv',
    data: { url: 'https://push.example/_matrix/push/v1/notify', format: 'event_id_only', own: 1 },
  }
  const list = async () => ((await anna.ask('GET', 'client/v3/pushers'))[1] as { pushers: JsonObject[] }).pushers
  assert.deepEqual(await list(), [])
  assert.deepEqual(await anna.ask('POST', 'client/v3/pushers/set', pusher), [200, {}])
  const shown = (await list()).map(({ device_id: _, 'org.matrix.msc3881.device_id': __, ...rest }: JsonObject) => rest)
  assert.deepEqual(shown, [{ ...pusher, enabled: true, 'org.matrix.msc3881.enabled': true }])
  const { data: _, ...incomplete } = pusher
  assert.deepEqual(errcodeOf(await anna.ask('POST', 'client/v3/pushers/set', incomplete)), [400, 'M_MISSING_PARAM'])
  assert.deepEqual(
    await anna.ask('POST', 'client/v3/pushers/set', { app_id: pusher.app_id, pushkey: 'abc', kind: null }),
    [200, {}],
  )
  assert.deepEqual(await list(), [])
})

interface Page {
  readonly notifications: readonly { event: { event_id: string; room_id?: string }; read: boolean; room_id: string }[]
  readonly next_token?: string
}

test('notifications: newest first, in pages, of all rooms, with what is read, and highlights alone', async () => {
  const [eva, per] = [await server.client('eva'), await server.client('per')]
  const ids = { eva: eva.userId as UserId, per: per.userId as UserId }
  const room = await t.room(ids.eva)
  await t.say(room, ids.eva, 'before per came')
  await t.rooms.changeMembership({ roomId: room, sender: ids.per, target: ids.per, membership: 'join' })
  const other = await t.room(ids.eva, ids.per)
  const first = await t.say(room, ids.eva)
  const second = await t.say(other, ids.eva, 'per!', { 'm.mentions': { user_ids: [ids.per] } })
  const third = await t.say(room, ids.eva)
  await t.say(other, ids.per, 'by per')
  await t.ephemeral.receipts.set(ids.per, room, { 'm.read': first })
  const page = async (query: string) => (await per.ask('GET', `client/v3/notifications${query}`))[1] as Page
  const all = await page('')
  assert.deepEqual(
    all.notifications.map(({ event, room_id, read }) => [event.event_id, event.room_id, room_id, read]),
    [
      [third, undefined, room, false],
      [second, undefined, other, true],
      [first, undefined, room, true],
    ],
  )
  assert.equal(all.next_token, undefined)
  const one = await page('?limit=1')
  const rest = await page(`?limit=2&from=${one.next_token}`)
  assert.deepEqual(
    [...one.notifications, ...rest.notifications].map(({ event }) => event.event_id),
    [third, second, first],
  )
  const highlights = await page('?only=highlight')
  assert.deepEqual(
    highlights.notifications.map(({ event }) => event.event_id),
    [second],
  )
  assert.deepEqual((await page(`?from=0`)).notifications, [])
  assert.deepEqual(errcodeOf(await per.ask('GET', 'client/v3/notifications?from=x')), [400, 'M_INVALID_PARAM'])
})

test('push rules of every kind: made, placed before another, silenced; predefined ones are changed and not deleted', async () => {
  const eva = await server.client('eva2')
  const rules = 'client/v3/pushrules/global'
  const room = encodeURIComponent('!a:b')
  const bodies = {
    'override/one': { actions: ['notify'], conditions: [{ kind: 'event_match', key: 'type', pattern: 'm.x' }] },
    'content/one': { actions: [], pattern: 'x' },
    [`room/${room}`]: { actions: ['dont_notify'] },
    [`sender/${encodeURIComponent(anna.userId)}`]: { actions: [{ set_tweak: 'sound', value: 'ring' }] },
    'underride/one': { actions: ['notify'], conditions: [] },
  }
  for (const [path, body] of Object.entries(bodies))
    assert.deepEqual(await eva.ask('PUT', `${rules}/${path}`, body), [200, {}])
  assert.deepEqual(await eva.ask('PUT', `${rules}/override/two?before=one`, bodies['override/one']), [200, {}])
  const [, all] = (await eva.ask('GET', 'client/v3/pushrules/')) as [
    number,
    { global: Record<string, { rule_id: string }[]> },
  ]
  const ids = (kind: string) => all.global[kind]?.map(({ rule_id }) => rule_id)
  assert.deepEqual(ids('override')?.slice(0, 3), ['.m.rule.master', 'two', 'one'])
  assert.deepEqual([ids('room'), ids('sender'), ids('underride')?.[0]], [['!a:b'], [anna.userId], 'one'])
  assert.deepEqual(
    await eva.ask('GET', `${rules}/room/${room}/actions`),
    [200, { actions: [] }],
    'an action of the past is none',
  )
  assert.deepEqual(
    errcodeOf(await eva.ask('PUT', `${rules}/override/three?after=.m.rule.master`, bodies['override/one'])),
    [400, 'M_UNKNOWN'],
  )
  assert.deepEqual(errcodeOf(await eva.ask('PUT', `${rules}/content/two`, { actions: [] })), [400, 'M_MISSING_PARAM'])
  assert.deepEqual(errcodeOf(await eva.ask('PUT', `${rules}/content/none/enabled`, { enabled: true })), [
    404,
    'M_NOT_FOUND',
  ])
  assert.deepEqual(await eva.ask('PUT', `${rules}/override/.m.rule.master/enabled`, { enabled: true }), [200, {}])
  assert.deepEqual(await eva.ask('GET', `${rules}/override/.m.rule.master/enabled`), [200, { enabled: true }])
  assert.equal((await eva.ask('DELETE', `${rules}/underride/.m.rule.message`))[0], 400)
})
