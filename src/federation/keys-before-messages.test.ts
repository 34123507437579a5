// Keys, device lists and what passes: what travels beside events, and in which order.
// spec: server-server-api #send-to-device-messaging, #device-management, #typing-notifications, #receipts, #presence

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { deviceWithKeys } from '#e2ee/test-e2ee.ts'
import { seededRandom } from '#platform/random/random.ts'
import { parseDeviceId, type RoomId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { settle, type TestLine, type TestServer, twoServers } from './servers-for-tests.ts'

const scope = scopeOfFile()
const random = seededRandom(5)
const phone = parseDeviceId('PHONE') ?? assert.fail()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
let roomId: RoomId
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
  for (const [server, user] of [
    [alfa, anna],
    [beta, bo],
  ] as const) {
    await logIn(server, user)
    const { keys } = deviceWithKeys(user, phone, random)
    await server.running.e2ee.uploadKeys(
      { userId: user, deviceId: phone },
      { deviceKeys: keys, oneTimeKeys: undefined, fallbackKeys: undefined },
    )
  }
  roomId = await alfa.createRoom(anna)
  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
})

async function logIn(server: TestServer, user: UserId): Promise<void> {
  const { accounts } = server.running
  const { login_token: token } = await accounts.issueLoginToken(user)
  await accounts.login({ type: 'm.login.token', token, device_id: phone })
}

let transaction = 0
/** A room key for Bo's phone, then a message that it opens. */
async function rotateAndSay(body: string): Promise<void> {
  transaction += 1
  await alfa.running.e2ee.sendToDevice({
    sender: anna,
    deviceId: phone,
    type: 'm.room.encrypted',
    txnId: `t${transaction}`,
    messages: new Map([[bo, new Map([[phone, { key: body }]])]]),
  })
  await alfa.say(roomId, anna, body)
}

/** What the receiving server's own order says: keys and messages as they became durable. */
async function receivedBy(server: TestServer, user: UserId, after: number): Promise<string[]> {
  const { stream, e2ee } = server.running
  const { events } = await e2ee.messagesFor({ userId: user, deviceId: phone }, { after, upTo: stream.head })
  const keys = events.map((text) => `nyckel ${JSON.parse(text).content.key}`)
  const order = (stream.since(after) ?? []).flatMap(({ kind, payload }) => {
    if (kind === 'to-device') return [keys.shift() ?? 'nyckel']
    const event =
      kind === 'event' ? (payload as { known: { event: { type: string; content: { body?: string } } } }) : undefined
    return event?.known.event.type === 'm.room.message' ? [String(event.known.event.content.body)] : []
  })
  return order
}

test('a server that answers gets the key before the message', async () => {
  const after = beta.running.stream.head
  await rotateAndSay('ett')
  await settle(alfa, beta)
  assert.deepEqual(await receivedBy(beta, bo, after), ['nyckel ett', 'ett'])
})

test('a server that was away gets the keys before the messages that they open', async () => {
  const after = beta.running.stream.head
  line.cut(alfa, beta)
  await rotateAndSay('två')
  await rotateAndSay('tre')
  await settle(alfa, beta)
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  // How much the first attempt held is a matter of timing; that each key comes before what it opens is not.
  const order = await receivedBy(beta, bo, after)
  assert.deepEqual([...order].sort(), ['nyckel tre', 'nyckel två', 'tre', 'två'])
  for (const body of ['två', 'tre']) assert.ok(order.indexOf(`nyckel ${body}`) < order.indexOf(body), `${order}`)
})

test('more keys than one transaction takes: no message goes before its key', async () => {
  const after = beta.running.stream.head
  line.cut(alfa, beta)
  const bodies = Array.from({ length: 120 }, (_, index) => `m${index}`)
  for (const body of bodies) await rotateAndSay(body)
  await settle(alfa, beta)
  await alfa.restart()
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  const { events } = await beta.running.e2ee.messagesFor(
    { userId: bo, deviceId: phone },
    { after, upTo: beta.running.stream.head, limit: 100 },
  )
  assert.equal(events.length, 100)
  const order = (beta.running.stream.since(after) ?? []).flatMap(({ kind }) =>
    kind === 'to-device' || kind === 'event' ? kind : [],
  )
  let keys = 0
  let said = 0
  for (const kind of order) {
    if (kind === 'to-device') keys += 1
    else said += 1
    assert.ok(said <= keys, `message ${said} came with ${keys} keys`)
  }
  assert.deepEqual([keys, said], [120, 120])
})

test('a new device of a user is told to the servers that share a room, also to one that was away', async () => {
  const seen = async () => {
    const { device_keys } = await beta.running.e2ee.queryKeys(new Map([[anna, []]]), bo)
    return Object.keys(device_keys[anna] ?? {}).sort()
  }
  assert.deepEqual(await seen(), ['PHONE'])
  line.cut(alfa, beta)
  const tablet = parseDeviceId('TABLET') ?? assert.fail()
  const { accounts, e2ee } = alfa.running
  const { login_token: token } = await accounts.issueLoginToken(anna)
  await accounts.login({ type: 'm.login.token', token, device_id: tablet })
  const { keys } = deviceWithKeys(anna, tablet, random)
  await e2ee.uploadKeys(
    { userId: anna, deviceId: tablet },
    { deviceKeys: keys, oneTimeKeys: undefined, fallbackKeys: undefined },
  )
  await settle(alfa, beta)
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  line.cut(alfa, beta)
  assert.deepEqual(await seen(), ['PHONE', 'TABLET'])
  await line.heal(alfa, beta)
})

test('typing and receipts go to the other servers in the room, private receipts do not', async () => {
  await alfa.running.ephemeral.setTyping({ roomId, userId: anna, typing: true })
  const eventId = await beta.say(roomId, bo, 'läs')
  await settle(alfa, beta)
  assert.deepEqual(beta.running.ephemeral.typing.in(roomId), [anna])
  await alfa.running.ephemeral.receipts.set(anna, roomId, { 'm.read': eventId })
  await alfa.running.ephemeral.receipts.set(anna, roomId, { 'm.read.private': eventId })
  await settle(alfa, beta)
  const receipts = await beta.running.ephemeral.receipts.ofUser(anna, [roomId])
  assert.deepEqual(
    receipts.map((receipt) => [receipt.type, receipt.eventId]),
    [['m.read', eventId]],
  )
})

test('a receipt that was set while the server was away is told when it is back', async () => {
  line.cut(alfa, beta)
  const eventId = await alfa.say(roomId, anna, 'själv')
  await alfa.running.ephemeral.receipts.set(anna, roomId, { 'm.read': eventId })
  await settle(alfa, beta)
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  const [receipt] = await beta.running.ephemeral.receipts.ofUser(anna, [roomId])
  assert.equal(receipt?.eventId, eventId)
})

test('presence is seen by those who share a room', async () => {
  await alfa.running.ephemeral.presence.set(anna, phone, 'online', 'på plats')
  await settle(alfa, beta)
  const seen = await beta.running.ephemeral.presence.get(bo, anna)
  assert.deepEqual([seen.presence, seen.statusMsg], ['online', 'på plats'])
})
