// Messages to devices: delivery, order, acknowledgement, other servers.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import {
  fileScope,
  followDevices,
  receive,
  type TestDevice,
  TestNetwork,
  TestRooms,
  type TestServer,
  testServer,
} from './test-e2ee.ts'

const scope = fileScope(after)
let alfa: TestServer
let beta: TestServer
let sender: TestDevice
before(async () => {
  const options = { network: new TestNetwork(), rooms: new TestRooms() }
  alfa = await testServer(scope, 'alfa.example', options)
  beta = await testServer(scope, 'beta.example', options)
  sender = await alfa.device('sven', 'S1')
})

let transactions = 0
const send = (messages: { [user: string]: { [device: string]: JsonObject } }, txnId = `t${++transactions}`) =>
  alfa.e2ee.sendToDevice({
    sender: sender.userId,
    deviceId: sender.deviceId,
    type: 'm.test',
    txnId,
    messages: new Map(
      Object.entries(messages).map(([user, devices]) => [
        user as UserId,
        new Map(Object.entries(devices) as [DeviceId | '*', JsonObject][]),
      ]),
    ),
  })
async function inbox(server: TestServer, device: TestDevice, after = 0, limit?: number) {
  const { events, upTo } = await server.e2ee.messagesFor(device, { after, upTo: server.stream.head, limit })
  return { events: events.map((text) => JSON.parse(text) as JsonObject), upTo }
}
const numbers = async (device: TestDevice, server = alfa) =>
  (await inbox(server, device)).events.map((event) => (event['content'] as JsonObject)['n'])

test('messages come in order and stay until the device has them', async () => {
  const anna = await alfa.device('anna', 'A1')
  for (const n of [1, 2, 3]) await send({ [anna.userId]: { A1: { n } } })
  const first = await inbox(alfa, anna, 0, 2)
  assert.deepEqual(first.events, [
    { content: { n: 1 }, sender: sender.userId, type: 'm.test' },
    { content: { n: 2 }, sender: sender.userId, type: 'm.test' },
  ])
  // The answer was lost: the same again, also from another process.
  assert.deepEqual(
    (await alfa.again().messagesFor(anna, { after: 0, upTo: alfa.stream.head, limit: 2 })).upTo,
    first.upTo,
  )
  await alfa.e2ee.acknowledge(anna, first.upTo)
  assert.deepEqual(await numbers(anna), [3])
  const rest = await inbox(alfa, anna, first.upTo)
  assert.equal(rest.upTo, alfa.stream.head)
})

test('a hundred messages at most in one answer, and none lost between two', async () => {
  const anna = await alfa.device('agda', 'A1')
  for (let n = 0; n < 105; n += 1) await send({ [anna.userId]: { A1: { n } } })
  const first = await inbox(alfa, anna)
  const second = await inbox(alfa, anna, first.upTo)
  assert.deepEqual([first.events.length, second.events.length], [100, 5])
})

test('* reaches every device of the user, and a device that is not there gets nothing', async () => {
  const [one, two] = [await alfa.device('bo', 'B1'), await alfa.device('bo', 'B2')]
  await send({ [one.userId]: { '*': { n: 'all' }, B2: { n: 'own' }, B3: { n: 'nobody' } } })
  assert.deepEqual([await numbers(one), await numbers(two)], [['all'], ['own']])
})

test('a transaction that comes again, also at the same time, sends nothing', async () => {
  const device = await alfa.device('clara', 'C1')
  const message = { [device.userId]: { C1: { n: 1 } } }
  await Promise.all([send(message, 'same'), send(message, 'same'), send(message, 'same')])
  await alfa.again().sendToDevice({
    sender: sender.userId,
    deviceId: sender.deviceId,
    type: 'm.test',
    txnId: 'same',
    messages: new Map([[device.userId, new Map([[device.deviceId, { n: 2 }]])]]),
  })
  assert.deepEqual(await numbers(device), [1])
})

test('messages go with their device', async () => {
  const device = await alfa.device('doris', 'D1')
  await send({ [device.userId]: { D1: { n: 1 } } })
  const start = alfa.stream.head
  await alfa.accounts.devices.delete(device.userId, [device.deviceId])
  await followDevices(alfa, start)
  await alfa.device('doris', 'D1')
  assert.deepEqual(await numbers(device), [])
})

test('a message for another server waits in its outbox until it has it, and arrives once', async () => {
  const device = await beta.device('elsa', 'E1')
  await send({ [device.userId]: { '*': { n: 1 } } })
  assert.deepEqual(await alfa.e2ee.destinationsWithOutbox(), [beta.name])
  const [waiting] = await alfa.e2ee.outboxFor(beta.name, 0, 10)
  assert.ok(waiting)
  await receive(alfa, beta, waiting.edu)
  await receive(alfa, beta, waiting.edu)
  await Promise.all([receive(alfa, beta, waiting.edu), receive(alfa, beta, waiting.edu)])
  assert.deepEqual(await numbers(device, beta), [1])
  await alfa.e2ee.acknowledgeOutbox(beta.name, waiting.position)
  assert.deepEqual(await alfa.e2ee.destinationsWithOutbox(), [])
})

test('an EDU has at most 64 KiB; what is larger is refused at once and many are split', async () => {
  const device = await beta.device('fia', 'F1')
  const large = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`F${n}`, { text: 'å'.repeat(15_000) }]))
  await send({ [device.userId]: large })
  const edus = await alfa.e2ee.outboxFor(beta.name, 0, 100)
  assert.equal(edus.length, 5)
  for (const { edu } of edus) assert.ok(Buffer.byteLength(edu) <= 65_536, `${Buffer.byteLength(edu)}`)
  for (const { edu } of edus) await receive(alfa, beta, edu)
  assert.equal((await inbox(beta, device)).events.length, 1)
  await assert.rejects(send({ [device.userId]: { F1: { text: 'a'.repeat(65_000) } } }), { errcode: 'M_TOO_LARGE' })
})

test('a server speaks for its own users only, and to ours only', async () => {
  const device = await beta.device('gun', 'G1')
  const content = {
    sender: device.userId,
    type: 'm.x',
    message_id: 'm',
    messages: { [device.userId]: { G1: { n: 1 } } },
  }
  await beta.e2ee.receiveToDevice(alfa.name, content)
  const foreign = { ...content, sender: sender.userId, messages: { [sender.userId]: { S1: { n: 1 } } } }
  await beta.e2ee.receiveToDevice(alfa.name, foreign)
  for (const part of ['sender', 'type', 'message_id'])
    await beta.e2ee.receiveToDevice(alfa.name, { ...content, [part]: 1 })
  assert.deepEqual(await numbers(device, beta), [])
  assert.equal((await inbox(alfa, sender)).events.length, 0)
})

test('tidying forgets old transactions and keeps what waits', async () => {
  const device = await alfa.device('hanna', 'H1')
  await send({ [device.userId]: { H1: { n: 1 } } }, 'old')
  await alfa.clock.advance(8 * 24 * 3_600_000)
  await alfa.e2ee.tidy()
  assert.deepEqual(await numbers(device), [1])
  await send({ [device.userId]: { H1: { n: 2 } } }, 'old')
  assert.deepEqual(await numbers(device), [1, 2])
})
