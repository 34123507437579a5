// Extensions of sliding sync: messages to devices, keys, account data, receipts, typing.
// spec: proposals/4186 (extensions), proposals/4508; client-server-api #e2e-extensions-to-sync

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { aMessage, aRoom, aUserId, bo, joins, scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { aDevice, settled, syncServer } from '../sync-for-tests.ts'
import { config, list, SlidingClient } from './sliding-for-tests.ts'

const started = syncServer(scopeOfFile())
let newcomers = 0

async function aClient() {
  const server = await started
  newcomers += 1
  const userId = aUserId(`newcomer${newcomers}`)
  const device = await aDevice(server, userId)
  const roomId = await server.rooms.create(aRoom({ creator: userId }))
  await server.rooms.changeMembership(joins(roomId, bo))
  const say = (body: string, sender = userId) => server.rooms.send(roomId, aMessage(body, sender))
  return { server, client: new SlidingClient(server, device), device, userId, roomId, say }
}

const lists = { all: list({ timelineLimit: 1 }) }
const top = { all: list({ timelineLimit: 1, ranges: [[0, 0]] }) }
const keysOf = (value: unknown) => Object.keys((value ?? {}) as object)

test('messages to a device are told until the client comes with the token of the answer', async () => {
  const { server, client, device, userId } = await aClient()
  const send = (n: number) =>
    server.e2ee.sendToDevice({
      sender: bo,
      deviceId: device.deviceId,
      type: 'm.test',
      txnId: `${userId}${n}`,
      messages: new Map([[userId, new Map([[device.deviceId, { n }]])]]),
    })
  const ask = async (since?: string, limit?: number) => {
    const answer = await client.ask({ extensions: { toDevice: { since, limit } } })
    const events = answer.extension('to_device', 'events') as JsonObject[]
    return {
      told: events.map(({ content }) => (content as JsonObject)['n']),
      next: String(answer.extension('to_device', 'next_batch')),
    }
  }
  await send(1)
  await send(2)
  assert.deepEqual((await ask()).told, [1, 2])
  const first = await ask(undefined, 1)
  assert.deepEqual(first.told, [1], 'not confirmed, so told again; the limit holds')
  const second = await ask(first.next)
  assert.deepEqual(second.told, [2])
  assert.deepEqual((await ask(second.next)).told, [])
  assert.deepEqual((await ask()).told, [], 'what was confirmed is gone')
  await assert.rejects(ask('nonsense'), (error) => error instanceof MatrixError && error.errcode === 'M_INVALID_PARAM')

  const waiting = client.ask({ extensions: { toDevice: { since: second.next, limit: undefined } }, timeout: 30_000 })
  await settled()
  await send(3)
  assert.equal(((await waiting).extension('to_device', 'events') as JsonObject[]).length, 1)
})

test('keys: how many are left, always; whose devices changed, since the client was here', async () => {
  const { server, client, roomId } = await aClient()
  const first = await client.ask({ extensions: { e2ee: true } })
  assert.equal(first.extension('e2ee', 'device_lists'), undefined)
  assert.ok(first.extension('e2ee', 'device_one_time_keys_count'))
  assert.deepEqual(first.extension('e2ee', 'device_unused_fallback_key_types'), [])
  const other = aUserId(`other${newcomers}`)
  await server.rooms.changeMembership(joins(roomId, other))
  const next = await client.ask({ extensions: { e2ee: true } })
  assert.deepEqual(next.extension('e2ee', 'device_lists'), { changed: [other], left: [] })
  assert.deepEqual(next.roomIds, [], 'no room was asked for')
  await server.rooms.leave({ roomId, userId: other, servers: [], content: {} })
  const last = await client.ask({ extensions: { e2ee: true } })
  assert.deepEqual(last.extension('e2ee', 'device_lists'), { changed: [], left: [other] })
})

test('account data: the global ones, and those of rooms in view; of others when they come into view', async () => {
  const { server, client, userId, roomId, say } = await aClient()
  const { accountData } = server.accounts
  const second = await server.rooms.create(aRoom({ creator: userId }))
  await accountData.set({ userId, type: 'u.global' }, { n: 1 })
  await accountData.set({ userId, roomId, type: 'u.room' }, { n: 1 })
  const extensions = { accountData: {} }
  const global = { type: 'u.global', content: { n: 1 } }
  const first = await client.ask({ lists: top, extensions })
  assert.deepEqual(first.extension('account_data', 'global'), [global])
  assert.deepEqual(first.extension('account_data', 'rooms'), {}, 'the room in the window has none')
  const both = await client.ask({ lists, extensions })
  assert.deepEqual(both.extension('account_data'), {
    global: [],
    rooms: { [roomId]: [{ type: 'u.room', content: { n: 1 } }] },
  })
  assert.equal((await client.ask({ lists, extensions })).extension('account_data'), undefined)
  await accountData.set({ userId, roomId, type: 'u.room' }, { n: 2 })
  assert.equal((await client.ask({ lists: top, extensions })).extension('account_data'), undefined, 'out of view')
  const back = await client.ask({ lists, extensions })
  assert.deepEqual(back.extension('account_data', 'rooms'), { [roomId]: [{ type: 'u.room', content: { n: 2 } }] })
  await accountData.set({ userId, roomId: second, type: 'u.room' }, { n: 3 })
  await say('so that the first room is on top')
  const waiting = await client.ask({ lists, extensions, timeout: 30_000 })
  assert.deepEqual(keysOf(waiting.extension('account_data', 'rooms')), [second])
})

test('receipts: at the events that are told and the own ones first, then as they come', async () => {
  const { server, client, userId, roomId, say } = await aClient()
  const { receipts } = server.ephemeral
  const old = await say('old')
  const latest = await say('latest')
  const extensions = { receipts: {} }
  const told = async (asked: object = { lists }) => {
    const answer = await client.ask({ extensions, ...asked })
    return keysOf(answer.extension('receipts', 'rooms', roomId, 'content'))
  }
  await receipts.set(bo, roomId, { 'm.read': old })
  await receipts.set(userId, roomId, { 'm.read.private': latest })
  assert.deepEqual(await told(), [latest], "bo's is at an event that is not told")
  await receipts.set(bo, roomId, { 'm.read': latest })
  assert.deepEqual(await told(), [latest])
  assert.deepEqual(await told(), [])
  const next: EventId = await say('next')
  assert.deepEqual(await told(), [])
  await receipts.set(bo, roomId, { 'm.read': next })
  assert.deepEqual(await told({}), [], 'no list, so no room is in view')
  assert.deepEqual(await told({ subscriptions: { [roomId]: config(1) }, extensions: { receipts: { rooms: [] } } }), [])
  const inView = { lists, extensions: { receipts: { lists: ['all'] } } }
  assert.deepEqual((await told(inView)).sort(), [latest, next].sort(), 'the room is in view again')
  assert.deepEqual(await told(inView), [])
})

test('receipts that came while a room was out of view are told when it is in view again', async () => {
  const { server, client, roomId, say } = await aClient()
  const extensions = { receipts: {} }
  const event = await say('hej')
  const subscribed = { subscriptions: { [roomId]: config(1) }, extensions }
  await client.ask(subscribed)
  await client.ask({ extensions })
  await server.ephemeral.receipts.set(bo, roomId, { 'm.read': event })
  assert.equal((await client.ask({ extensions })).extension('receipts'), undefined)
  const next = await say('next')
  await server.ephemeral.receipts.set(bo, roomId, { 'm.read': next })
  const back = await client.ask(subscribed)
  assert.deepEqual(keysOf(back.extension('receipts', 'rooms', roomId, 'content')), [next])
})

test('typing: as it changes, when a room comes into view, and not while nothing changes', async () => {
  const { server, client, roomId } = await aClient()
  const { typing } = server.ephemeral
  const extensions = { typing: { name: 'org.matrix.msc4508.typing' } }
  const usersIn = (answer: Awaited<ReturnType<typeof client.ask>>, room: RoomId = roomId) =>
    answer.extension('org.matrix.msc4508.typing', 'rooms', room, 'content', 'user_ids')
  assert.equal(usersIn(await client.ask({ lists, extensions })), undefined)
  typing.note({ roomId, userId: bo, typing: true }, 20_000)
  assert.deepEqual(usersIn(await client.ask({ lists, extensions })), [bo])
  assert.equal(usersIn(await client.ask({ lists, extensions })), undefined)
  await client.ask({ extensions })
  assert.deepEqual(usersIn(await client.ask({ lists, extensions })), [bo], 'the room is in view again')
  const waiting = client.ask({ lists, extensions, timeout: 30_000 })
  await settled()
  typing.note({ roomId, userId: bo, typing: false })
  assert.deepEqual(usersIn(await waiting), [])
})

test('who is in a room no more is told nothing beside its events', async () => {
  const { server, client, userId, roomId } = await aClient()
  const extensions = { typing: { name: 'typing' }, receipts: {} }
  await client.ask({ lists, extensions })
  await server.rooms.kick({ roomId, sender: userId, target: bo, content: {} })
  const bos = new SlidingClient(server, await aDevice(server, bo))
  server.ephemeral.typing.note({ roomId, userId, typing: true }, 20_000)
  const answer = await bos.ask({ subscriptions: { [roomId]: config(1) }, extensions })
  assert.deepEqual(answer.roomIds, [roomId])
  assert.deepEqual(answer.body['extensions'], {})
})
