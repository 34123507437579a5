// Keys across servers: queries, claims, device lists and the gaps in their updates.

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { seededRandom } from '#platform/random/random.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, withoutMembers } from '#protocol/json/json.ts'
import {
  crossSigningKey,
  deliverUpdates,
  deviceWithKeys,
  fileScope,
  followDevices,
  newSigningKey,
  receive,
  type TestDevice,
  TestNetwork,
  TestRooms,
  type TestServer,
  testServer,
} from './test-e2ee.ts'

const scope = fileScope(after)
const random = seededRandom(11)
const rooms = new TestRooms()
let alfa: TestServer
let beta: TestServer
before(async () => {
  const options = { network: new TestNetwork(), rooms, rules: 'tolerant' } as const
  alfa = await testServer(scope, 'alfa.example', options)
  beta = await testServer(scope, 'beta.example', options)
})

// Each test has people of its own.
let people = 0
let anna: TestDevice
let bo: TestDevice
let start: number
beforeEach(async () => {
  people += 1
  anna = await alfa.device(`anna${people}`, 'ANNA')
  bo = await beta.device(`bo${people}`, 'BO1')
  start = beta.stream.head
  await upload(beta, bo)
  alfa.cut.clear()
  alfa.asked.length = 0
})

const newDevice = (deviceId: string) => beta.device(`bo${people}`, deviceId)
const upload = (server: TestServer, device: TestDevice, oneTimeKeys?: JsonObject) =>
  server.e2ee.uploadKeys(device, { deviceKeys: device.keys, oneTimeKeys, fallbackKeys: undefined })
const query = (user: UserId = bo.userId) => alfa.e2ee.queryKeys(new Map([[user, []]]), anna.userId)
const devicesSeen = async () => Object.keys((await query()).device_keys[bo.userId] ?? {})
const share = (room = 'r') => rooms.join(`${room}${people}`, alfa.stream.head, anna.userId, bo.userId)
const changedForAnna = (from: number) => alfa.e2ee.changesBetween(anna.userId, from, alfa.stream.head)

test('a stranger is asked for every time, as nobody tells of changes', async () => {
  assert.deepEqual((await query()).device_keys[bo.userId]?.['BO1'], bo.keys)
  await upload(beta, await newDevice('BO2'))
  assert.deepEqual(await devicesSeen(), ['BO1', 'BO2'])
  assert.deepEqual(alfa.asked, ['query', 'query'])
})

test('the list of someone in a shared room is fetched once and kept up by updates in sequence', async () => {
  share()
  assert.deepEqual(await devicesSeen(), ['BO1'])
  const [from, there] = [alfa.stream.head, beta.stream.head]
  await upload(beta, await newDevice('BO2'))
  await beta.accounts.devices.delete(bo.userId, [bo.deviceId])
  await followDevices(beta, there)
  await deliverUpdates(beta, alfa, there)
  assert.deepEqual(await devicesSeen(), ['BO2'])
  assert.deepEqual(await changedForAnna(from), [bo.userId])
  assert.deepEqual(alfa.asked, [`devices ${bo.userId}`], 'asked once')
})

test('an update that comes twice changes nothing', async () => {
  share()
  await query()
  const there = beta.stream.head
  await upload(beta, await newDevice('BO2'))
  await deliverUpdates(beta, alfa, there)
  const head = alfa.stream.head
  await deliverUpdates(beta, alfa, there)
  assert.equal(alfa.stream.head, head)
  assert.deepEqual(alfa.asked, [`devices ${bo.userId}`])
})

test('a gap in the updates makes the list stale, and it is fetched anew', async () => {
  share()
  await query()
  await upload(beta, await newDevice('BO2')) // its update is lost
  const [from, there] = [alfa.stream.head, beta.stream.head]
  await upload(beta, await newDevice('BO3'))
  await deliverUpdates(beta, alfa, there)
  await alfa.e2ee.idle()
  assert.deepEqual(await changedForAnna(from), [bo.userId])
  assert.deepEqual(await devicesSeen(), ['BO1', 'BO2', 'BO3'])
  assert.deepEqual(alfa.asked, [`devices ${bo.userId}`, `devices ${bo.userId}`])
})

test('a list that cannot be fetched stays stale, is tried again with growing waits, and then clients are told', async () => {
  share()
  await query()
  await upload(beta, await newDevice('BO2')) // lost
  const there = beta.stream.head
  await upload(beta, await newDevice('BO3'))
  alfa.cut.add(beta.name)
  await deliverUpdates(beta, alfa, there)
  await alfa.e2ee.idle()
  const answer = await query()
  assert.deepEqual(Object.keys(answer.failures), [beta.name])
  assert.deepEqual(answer.device_keys, {}, 'nothing old is passed off as new')
  alfa.cut.clear()
  const asked = alfa.asked.length
  await alfa.e2ee.fetchDueDeviceLists()
  assert.equal(alfa.asked.length, asked, 'not yet due')
  await alfa.clock.advance(2 * 60_000)
  const from = alfa.stream.head
  await alfa.again().fetchDueDeviceLists() // after a restart
  assert.equal(alfa.asked.length, asked + 1)
  assert.deepEqual(await changedForAnna(from), [bo.userId])
  assert.deepEqual(await devicesSeen(), ['BO1', 'BO2', 'BO3'])
})

test('what was learned before a break in the sharing is not answered from', async () => {
  share()
  await query()
  rooms.leave(`r${people}`, bo.userId)
  const changed = await newDevice('BO2')
  await upload(beta, changed)
  assert.deepEqual(await devicesSeen(), ['BO1', 'BO2'], 'while they share none')
  await alfa.device(`anna${people}`, 'LATER') // the stream of alfa moves on
  share('another')
  assert.deepEqual(await devicesSeen(), ['BO1', 'BO2'], 'after they share again')
})

test('updates about users of other servers, or of people who share no room, are passed over', async () => {
  const from = alfa.stream.head
  const stranger = { user_id: bo.userId, device_id: 'X', stream_id: 1 }
  await alfa.e2ee.receiveDeviceListUpdate(beta.name, stranger)
  share()
  await alfa.e2ee.receiveDeviceListUpdate(alfa.name, stranger)
  await alfa.e2ee.receiveSigningKeyUpdate(alfa.name, { user_id: bo.userId })
  const malformed: JsonObject[] = [
    {},
    { user_id: bo.userId },
    { ...stranger, stream_id: '1' },
    { ...stranger, device_id: '' },
  ]
  for (const content of malformed) {
    await alfa.e2ee.receiveDeviceListUpdate(beta.name, content)
  }
  assert.deepEqual(await changedForAnna(from), [])
})

test('cross-signing keys and their signatures reach the other server', async () => {
  share()
  await query()
  const there = beta.stream.head
  const [master, selfSigning] = [newSigningKey(random), newSigningKey(random)]
  const keys = {
    master: crossSigningKey(bo.userId, 'master', master),
    selfSigning: crossSigningKey(bo.userId, 'self_signing', selfSigning, master),
    userSigning: crossSigningKey(bo.userId, 'user_signing', newSigningKey(random), master),
  }
  await beta.e2ee.uploadCrossSigningKeys(bo.userId, keys, () => Promise.resolve())
  await deliverUpdates(beta, alfa, there)
  const answer = await query()
  assert.deepEqual(answer.master_keys[bo.userId], keys.master)
  assert.deepEqual(answer.self_signing_keys[bo.userId], keys.selfSigning)
  assert.deepEqual(answer.user_signing_keys, {})
  assert.deepEqual(alfa.asked.length, 1)
})

test('forged cross-signing keys make the list stale instead', async () => {
  share()
  await query()
  const [master, forger] = [newSigningKey(random), newSigningKey(random)]
  await alfa.e2ee.receiveSigningKeyUpdate(beta.name, {
    user_id: bo.userId,
    master_key: crossSigningKey(bo.userId, 'master', master),
    self_signing_key: crossSigningKey(bo.userId, 'self_signing', forger, forger),
  })
  await alfa.e2ee.idle()
  assert.deepEqual((await query()).master_keys, {})
  assert.deepEqual(alfa.asked.length, 2)
})

test('a server that begins to share a room learns of the list by the last update', async () => {
  share()
  const update = await beta.e2ee.lastDeviceListUpdate(bo.userId)
  assert.ok(update)
  await receive(beta, alfa, update.edu)
  await alfa.e2ee.idle()
  assert.deepEqual(alfa.asked, [`devices ${bo.userId}`])
  assert.deepEqual(await devicesSeen(), ['BO1'])
  assert.equal(await beta.e2ee.lastDeviceListUpdate(anna.userId), undefined)
})

test('updates name themselves by their position and the one before them', async () => {
  await upload(beta, await newDevice('BO2'))
  const updates = await beta.e2ee.outgoingDeviceListUpdates(start, beta.stream.head, 10)
  const ids = updates.map(({ edu }) => {
    const { content } = JSON.parse(edu) as { content: { stream_id: number; prev_id: number[] } }
    return [content.stream_id, content.prev_id]
  })
  const [first, second] = updates.map(({ position }) => position)
  assert.deepEqual(ids, [
    [first, []],
    [second, [first]],
  ])
  assert.equal((await beta.e2ee.deviceListForServer(bo.userId)).stream_id, second)
})

test('keys are claimed at the other server, and its failure is told', async () => {
  await upload(beta, bo, { 'signed_curve25519:a': { key: 'k', signatures: {} } })
  const claims = new Map([[bo.userId, new Map([[bo.deviceId, 'signed_curve25519']])]])
  const { one_time_keys } = await alfa.e2ee.claimKeys(claims)
  assert.deepEqual(Object.keys(one_time_keys[bo.userId]?.['BO1'] ?? {}), ['signed_curve25519:a'])
  alfa.cut.add(beta.name)
  const again = await alfa.e2ee.claimKeys(claims)
  assert.deepEqual([again.one_time_keys, Object.keys(again.failures)], [{}, [beta.name]])
})

test('another server gets keys of our users only', async () => {
  const answer = await alfa.e2ee.queryKeysForServer(
    new Map([
      [bo.userId, []],
      [anna.userId, []],
    ]),
  )
  assert.deepEqual(Object.keys(answer.device_keys), [anna.userId])
  await assert.rejects(alfa.e2ee.deviceListForServer(bo.userId))
})

test('tolerant: keys without a signature are taken, and new ones under an old ID, without what belonged to the old', async () => {
  const claims = new Map([[bo.userId, new Map([[bo.deviceId, 'signed_curve25519']])]])
  await upload(beta, bo, { 'signed_curve25519:old': { key: 'k', signatures: {} } })
  const unsigned = withoutMembers(deviceWithKeys(bo.userId, bo.deviceId, random).keys, 'signatures')
  await upload(beta, { ...bo, keys: unsigned })
  assert.deepEqual((await query()).device_keys[bo.userId]?.['BO1'], unsigned)
  assert.deepEqual((await alfa.e2ee.claimKeys(claims)).one_time_keys, {})
  const forged = { ...bo.keys, keys: unsigned['keys'] ?? null }
  await upload(beta, { ...bo, keys: forged })
  assert.deepEqual(
    (await query()).device_keys[bo.userId]?.['BO1'],
    forged,
    'whether to trust them is for clients to say',
  )
})

test('for many users of one server there is one question, and their lists are fetched in the background', async () => {
  const users = Array.from({ length: 12 }, (_, n) => `@crowd${n}:beta.example` as UserId)
  rooms.join('crowd', alfa.stream.head, anna.userId, ...users)
  const answer = await alfa.e2ee.queryKeys(new Map(users.map((user) => [user, []])), anna.userId)
  assert.equal(Object.keys(answer.device_keys).length, 12)
  await alfa.e2ee.idle()
  assert.equal(alfa.asked.filter((question) => question === 'query').length, 1)
  assert.equal(alfa.asked.length, 13)
  await alfa.e2ee.queryKeys(new Map(users.map((user) => [user, []])), anna.userId)
  assert.equal(alfa.asked.length, 13, 'known by now')
})

test('a request for keys from an unknown device makes the list stale', async () => {
  share()
  await query()
  await upload(beta, await newDevice('BO2')) // its update is lost
  const content = (id: string, device: string) => ({
    sender: bo.userId,
    type: 'm.room_key_request',
    message_id: `${people}${id}`,
    messages: { [anna.userId]: { '*': { action: 'request', requesting_device_id: device } } },
  })
  const from = alfa.stream.head
  await alfa.e2ee.receiveToDevice(beta.name, content('a', 'BO1'))
  assert.deepEqual(await changedForAnna(from), [])
  await alfa.e2ee.receiveToDevice(beta.name, content('b', 'BO2'))
  await alfa.e2ee.idle()
  assert.deepEqual(await changedForAnna(from), [bo.userId])
  assert.deepEqual(await devicesSeen(), ['BO1', 'BO2'])
})

test('news that come while too many wait are not lost: the list is stale', async () => {
  share()
  await query()
  const content = { user_id: bo.userId, device_id: 'NEW', prev_id: [1], deleted: true }
  const floods = Array.from({ length: 150 }, (_, n) =>
    alfa.e2ee.receiveDeviceListUpdate(beta.name, { ...content, stream_id: 1_000_000 + n }),
  )
  await Promise.all(floods)
  await alfa.e2ee.idle()
  assert.deepEqual(await devicesSeen(), ['BO1'])
})

test('once started, stale lists are fetched when they are due, and no more after the stop', async () => {
  share()
  await query()
  await upload(beta, await newDevice('BO2')) // its update is lost
  const there = beta.stream.head
  await upload(beta, await newDevice('BO3'))
  alfa.cut.add(beta.name)
  await deliverUpdates(beta, alfa, there)
  await alfa.e2ee.idle()
  const process = alfa.again()
  const stop = process.start()
  alfa.cut.clear()
  const asked = alfa.asked.length
  for (let look = 0; look < 3; look += 1) {
    await alfa.clock.advance(30_000)
    await process.idle()
  }
  assert.ok(alfa.asked.length > asked)
  await stop()
  assert.equal(alfa.clock.pending, 0, 'no timer is left')
  assert.deepEqual(await devicesSeen(), ['BO1', 'BO2', 'BO3'])
})
