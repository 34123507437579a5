// Pushes over real TLS to a gateway on the loopback interface, with a clock that the test turns.
// spec: push-gateway-api; client-server-api/modules/push.md

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { aUser } from '#accounts/test-accounts.ts'
import { schemaCheck } from '#api/validation.ts'
import { roomsForTests } from '#ephemeral/rooms-for-tests.ts'
import { logTo } from '#platform/log/log.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { setRule } from '#protocol/push-rules/push-rules.ts'
import { content, gatewayForTests } from './gateway-for-tests.ts'
import { type GatewayNetwork, Push } from './push.ts'

const t = roomsForTests()
const gateway = gatewayForTests()
const closedIn = gatewayForTests({ allowPrivate: false })
const defects: string[] = []
const opened: Push[] = []
after(async () => {
  for (const push of opened) await push.stop()
  assert.deepEqual(defects, [])
})

async function open(gateways: GatewayNetwork = gateway.network): Promise<Push> {
  await t.settled
  const { serverName, database, stream, clock, accounts, rooms, ephemeral } = t
  const log = logTo({ write: (line) => void (line.includes('"level":"error"') && defects.push(line)) })
  const around = { accounts, rooms, ephemeral, gateways }
  const push = await Push.open({ serverName, database, stream, clock, log, ...around, options: { predefined: {} } })
  opened.push(push)
  return push
}

const thePush = async () => opened[0] ?? (await open())

async function restart(gateways?: GatewayNetwork): Promise<Push> {
  for (const push of opened.splice(0)) await push.stop()
  return await open(gateways)
}

async function withPusher(name: string, more: JsonObject = {}) {
  const { session } = await aUser(t.accounts, name)
  const push = await thePush()
  const set = (changed: JsonObject = {}) =>
    push.pushers.set(session, {
      ...{ app_id: 'se.samband.test', pushkey: `key of ${name}`, kind: 'http', lang: 'sv' },
      ...{ app_display_name: 'Samband', device_display_name: 'Telefon', data: { url: gateway.url, extra: 1 } },
      ...more,
      ...changed,
    })
  await set()
  return { userId: session.userId, session, set }
}

const vectors = new URL('../../vectors/spec/schemas.json', import.meta.url)
const operations: readonly { operationId: string; request: object }[] = JSON.parse(readFileSync(vectors, 'utf8'))
const { request } = operations.find(({ operationId }) => operationId === 'notify') ?? assert.fail()
const inTheSpecification = schemaCheck(request)

/** What the gateway has got when everything that is due now is sent; each as the specification's schema has it. */
async function pushed(): Promise<JsonObject[]> {
  await (await thePush()).settled(t.stream.head)
  return gateway.taken().map(({ path, ...body }) => {
    assert.equal(path, '/_matrix/push/v1/notify')
    assert.ok(inTheSpecification.fits(body), JSON.stringify(body))
    return body['notification'] as JsonObject
  })
}

/** Lets time pass from timer to timer, each with time for what it starts: a push must not be overtaken by its own time limit. */
async function pass(ms: number): Promise<void> {
  const push = await thePush()
  const end = t.clock.now() + ms
  while (t.clock.now() < end) {
    await push.settled(t.stream.head)
    await t.clock.advance(Math.min(end, t.clock.nextDue ?? end) - t.clock.now())
  }
}

const read = (userId: UserId, roomId: RoomId, eventId: EventId) =>
  t.ephemeral.receipts.set(userId, roomId, { 'm.read': eventId })
const ids = (notifications: readonly JsonObject[]) => notifications.map(({ event_id }) => event_id)

test('a message is pushed with everything about it, and not to the one who sent it', async () => {
  const bo = await withPusher('bo1')
  const anna = await withPusher('anna1')
  const room = await t.room(anna.userId, bo.userId)
  const named = { sender: anna.userId, target: anna.userId, content: { displayname: 'Anna A' } }
  await t.rooms.changeMembership({ roomId: room, membership: 'join', ...named })
  await t.rooms.send(room, { type: 'm.room.name', stateKey: '', sender: anna.userId, content: { name: 'Larm' } })
  const event = await t.say(room, anna.userId, 'Det brinner', { 'm.mentions': { user_ids: [bo.userId] } })
  const [notification, ...others] = await pushed()
  assert.deepEqual(others, [])
  assert.deepEqual(notification, {
    event_id: event,
    room_id: room,
    type: 'm.room.message',
    sender: anna.userId,
    sender_display_name: 'Anna A',
    room_name: 'Larm',
    prio: 'high',
    content: { msgtype: 'm.text', body: 'Det brinner', 'm.mentions': { user_ids: [bo.userId] } },
    counts: { unread: 1 },
    devices: [
      {
        app_id: 'se.samband.test',
        pushkey: 'key of bo1',
        pushkey_ts: Math.floor(t.clock.now() / 1000),
        data: { extra: 1 },
        tweaks: { sound: 'default', highlight: true },
      },
    ],
  })
})

test('with event_id_only the gateway learns neither who nor what, also of what is encrypted', async () => {
  const bo = await withPusher('bo2', { data: { url: gateway.url, format: 'event_id_only' } })
  const anna = await t.user('anna2')
  const room = await t.room(anna, bo.userId)
  const sent = { type: 'm.room.encrypted', sender: anna, content: { algorithm: 'm.megolm.v1.aes-sha2' } }
  const event = await t.rooms.send(room, sent)
  const [notification] = await pushed()
  assert.deepEqual(Object.keys(notification ?? {}).sort(), ['counts', 'devices', 'event_id', 'prio', 'room_id'])
  assert.deepEqual([notification?.['event_id'], notification?.['prio']], [event, 'high'])
  assert.deepEqual((notification?.['devices'] as JsonObject[] | undefined)?.[0]?.['data'], { format: 'event_id_only' })
})

test('reading elsewhere pushes the smaller number alone, zero included, and once', async () => {
  const bo = await withPusher('bo3')
  const anna = await t.user('anna3')
  const room = await t.room(anna, bo.userId)
  const events = [await t.say(room, anna), await t.say(room, anna)] as const
  assert.equal((await pushed()).length, 2)
  await read(bo.userId, room, events[1])
  const badges = (await pushed()).map(({ counts, event_id, prio }) => ({ counts, event_id, prio }))
  assert.deepEqual(badges, [{ counts: { unread: 0 }, event_id: undefined, prio: 'low' }])
  await t.say(room, bo.userId)
  assert.deepEqual(await pushed(), [], 'the device shows zero already')
})

test('what was read before it could be pushed is not pushed', async () => {
  const bo = await withPusher('bo4')
  const anna = await t.user('anna4')
  const room = await t.room(anna, bo.userId)
  gateway.answer = 'broken'
  const first = await t.say(room, anna)
  assert.deepEqual(await pushed(), [])
  await read(bo.userId, room, first)
  const second = await t.say(room, anna)
  assert.deepEqual(await pushed(), [])
  gateway.answer = content
  await pass(10_000)
  assert.deepEqual(ids(await pushed()), [second])
})

test('a gateway that fails is tried again with longer and longer pauses, and gets everything in order', async () => {
  const bo = await withPusher('bo5')
  const anna = await t.user('anna5')
  const room = await t.room(anna, bo.userId)
  gateway.answer = { status: 502, body: {} }
  const events = [await t.say(room, anna), await t.say(room, anna)]
  assert.equal((await pushed()).length, 1, 'the second waits for the first')
  await pass(1_000)
  assert.equal((await pushed()).length, 0)
  await pass(1_000)
  assert.equal((await pushed()).length, 1)
  await pass(3_000)
  assert.equal((await pushed()).length, 0, 'the second pause is longer')
  gateway.answer = content
  await pass(1_000)
  assert.deepEqual(ids(await pushed()), events)
})

test('what nobody could be told for a day is dropped; the number is told', async () => {
  const bo = await withPusher('bo6')
  const anna = await t.user('anna6')
  const room = await t.room(anna, bo.userId)
  gateway.answer = { status: 500, body: {} }
  await t.say(room, anna)
  await pushed()
  for (let hour = 0; hour < 26; hour += 1) {
    await pass(3_600_000)
    await pushed()
  }
  gateway.answer = content
  await pass(3_600_000)
  const told = await pushed()
  assert.deepEqual([ids(told), told[0]?.['counts']], [[undefined], { unread: 1 }])
})

test('a rejected key takes its pusher away, and a gateway cannot name the keys of others', async () => {
  const [bo, cecilia] = [await withPusher('bo7'), await withPusher('cecilia7')]
  const anna = await t.user('anna7')
  const room = await t.room(anna, bo.userId)
  gateway.answer = { status: 200, body: { rejected: ['key of bo7', 'key of cecilia7'] } }
  await t.say(room, anna)
  assert.equal((await pushed()).length, 1)
  gateway.answer = content
  const push = await thePush()
  assert.deepEqual(await push.pushers.list(bo.userId), [])
  assert.equal((await push.pushers.list(cecilia.userId)).length, 1)
  await t.say(room, anna)
  assert.deepEqual(await pushed(), [])
})

test('what was counted before a stop is pushed after the start, and nothing twice', async () => {
  const bo = await withPusher('bo8')
  const anna = await t.user('anna8')
  const room = await t.room(anna, bo.userId)
  const before = await t.say(room, anna)
  assert.deepEqual(ids(await pushed()), [before])
  gateway.answer = 'broken'
  const event = await t.say(room, anna)
  await pushed()
  await restart()
  gateway.answer = content
  await pass(10_000)
  assert.deepEqual(ids(await pushed()), [event])
})

test('a pusher that is switched off gets nothing, and what came meanwhile is not sent when it is switched on', async () => {
  const bo = await withPusher('bo9')
  const anna = await t.user('anna9')
  const room = await t.room(anna, bo.userId)
  await bo.set({ 'org.matrix.msc3881.enabled': false })
  await t.say(room, anna)
  assert.deepEqual(await pushed(), [])
  await bo.set({ enabled: true })
  const event = await t.say(room, anna)
  assert.deepEqual(ids(await pushed()), [event])
})

test('an invitation is pushed as one, counted until it is answered', async () => {
  const bo = await withPusher('bo10')
  const anna = await t.user('anna10')
  const room = await t.room(anna)
  await t.rooms.changeMembership({ roomId: room, sender: anna, target: bo.userId, membership: 'invite' })
  const [invitation] = await pushed()
  assert.deepEqual(
    [invitation?.['type'], invitation?.['user_is_target'], invitation?.['counts']],
    ['m.room.member', true, { unread: 1 }],
  )
  await t.rooms.changeMembership({ roomId: room, sender: bo.userId, target: bo.userId, membership: 'join' })
  assert.deepEqual(
    (await pushed()).map(({ counts }) => counts),
    [{ unread: 0 }],
  )
})

test('a muted room is silent, and nobody is told of those whom they ignore', async () => {
  const bo = await withPusher('bo11')
  const [anna, eva] = [await t.user('anna11'), await t.user('eva11')]
  const [muted, loud] = [await t.room(anna, bo.userId), await t.room(anna, bo.userId, eva)]
  const push = await thePush()
  await push.rules.change(bo.userId, (own) => setRule(own, { kind: 'room', ruleId: muted, body: { actions: [] } }))
  await t.accounts.accountData.set({ userId: bo.userId, type: 'm.ignored_user_list' }, { ignored_users: { [eva]: {} } })
  await t.say(muted, anna)
  await t.say(loud, eva)
  const event = await t.say(loud, anna)
  assert.deepEqual(ids(await pushed()), [event])
})

test('a gateway at an address of our own network is not spoken to', async () => {
  const bo = await withPusher('bo12')
  const anna = await t.user('anna12')
  const room = await t.room(anna, bo.userId)
  await restart(closedIn.network)
  await t.say(room, anna)
  assert.deepEqual(await pushed(), [])
  await restart()
  await pass(10_000)
  assert.equal((await pushed()).length, 1, 'the same gateway with loopback allowed')
})

test('all devices of one user are told, also when they are more than are served at once', async () => {
  const bo = await withPusher('bo13')
  for (let device = 0; device < 6; device += 1) await bo.set({ pushkey: `device ${device}` })
  const anna = await t.user('anna13')
  const room = await t.room(anna, bo.userId)
  const event = await t.say(room, anna)
  const first = await pushed()
  await pass(10_000)
  const all = [...first, ...(await pushed())]
  assert.deepEqual(new Set(ids(all)), new Set([event]))
  const keys = all.map(({ devices }) => (devices as JsonObject[])[0]?.['pushkey'])
  assert.deepEqual(keys.sort(), ['device 0', 'device 1', 'device 2', 'device 3', 'device 4', 'device 5', 'key of bo13'])
})
