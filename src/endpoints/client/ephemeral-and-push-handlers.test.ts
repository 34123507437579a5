// The handlers of typing, receipts, presence and push rules over real sockets.
// spec: client-server-api/modules/typing_notifications.md, receipts.md, read_markers.md, presence.md, push.md

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { roomsForTests } from '#ephemeral/rooms-for-tests.ts'
import { logTo } from '#platform/log/log.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
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
