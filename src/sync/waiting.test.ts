// Waiting for news: woken by what concerns the user, by nothing else, and without losing anything between two requests.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceId, UserId } from '#protocol/identifiers/identifiers.ts'
import { aMessage, anna, aRoom, aUserId, bo, joins } from '#rooms/rooms-for-tests.ts'
import { aDevice, Device, type Seen, type SyncServer, settled, syncServer } from './sync-for-tests.ts'

/** A request that waits, and whether it has been answered. */
function waiting(device: Device, timeout = 30_000) {
  const wait = { answered: false, answer: Promise.resolve() as Promise<unknown> as Promise<Seen> }
  wait.answer = device.ask({ timeout }).then((seen) => {
    wait.answered = true
    return seen
  })
  return wait
}

/** Presence of those who ask is news as well: it has come to rest before a test looks at anything else. */
async function atRest(server: SyncServer, ...devices: Device[]): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    for (const device of devices) await device.ask()
    await settled()
    await server.engine.stream.idle()
  }
}

test('a waiting request is answered by a message, at once', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  await atRest(server, phone)
  const wait = waiting(phone)
  await settled()
  assert.equal(wait.answered, false)
  await server.rooms.send(roomId, aMessage('hej'))
  assert.deepEqual((await wait.answer).bodies(roomId), ['hej'])
})

test('a message that comes while the request reads is in its answer', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  await atRest(server, phone)
  for (let n = 0; n < 20; n++) {
    const sent = server.rooms.send(roomId, aMessage(`${n}`))
    const wait = waiting(phone)
    await sent
    assert.deepEqual((await wait.answer).bodies(roomId), [`${n}`])
  }
})

test('when the time is over the answer is empty, and its token skips nothing', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  const others = await server.rooms.create(aRoom({ creator: bo }))
  await atRest(server, phone)
  const wait = waiting(phone, 5_000)
  await settled()
  await server.rooms.send(others, aMessage('nothing to do with anna', bo))
  await server.clock.advance(4_999)
  assert.equal(wait.answered, false)
  await server.clock.advance(1)
  const seen = await wait.answer
  assert.deepEqual(seen.news, [])
  assert.equal(Number(/^s(\d+)/.exec(seen.token)?.[1]), server.engine.stream.head)
  await server.rooms.send(roomId, aMessage('hej'))
  assert.deepEqual((await phone.ask()).bodies(roomId), ['hej'])
})

test('fifty waiting clients are answered by one message, each once', async (t) => {
  const server = await syncServer(t)
  const roomId = await server.rooms.create(aRoom())
  const devices: Device[] = []
  for (let n = 0; n < 50; n++) {
    const userId: UserId = aUserId(`user${n}`)
    await server.rooms.changeMembership(joins(roomId, userId))
    devices.push(new Device(server.sync, userId, 'PHONE' as DeviceId))
  }
  await Promise.all(devices.map((device) => device.ask({ setPresence: 'offline' })))
  const waits = devices.map((device) => device.ask({ setPresence: 'offline', timeout: 30_000 }))
  await settled()
  await server.rooms.send(roomId, aMessage('hej'))
  for (const seen of await Promise.all(waits)) assert.deepEqual(seen.bodies(roomId), ['hej'])
})

test('an invite wakes, and so does a message to the room joined while waiting', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, bo)
  await atRest(server, phone)
  const invited = waiting(phone)
  await settled()
  const roomId = await server.rooms.create(aRoom({ invite: [bo], preset: 'private_chat' }))
  assert.ok((await invited.answer).at('rooms', 'invite', roomId))
  const joined = waiting(phone)
  await settled()
  await server.rooms.changeMembership(joins(roomId, bo))
  assert.ok((await joined.answer).at('rooms', 'join', roomId))
  const message = waiting(phone)
  await settled()
  await server.rooms.send(roomId, aMessage('hej'))
  assert.deepEqual((await message.answer).bodies(roomId), ['hej'])
})

test('a client that goes away ends its wait, and one that is drained is answered', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  await atRest(server, phone)
  const gone = new AbortController()
  const left = phone.ask({ timeout: 30_000, signal: gone.signal })
  await settled()
  gone.abort()
  await assert.rejects(left, { name: 'AbortError' })
  const draining = new AbortController()
  const drained = phone.ask({ timeout: 30_000, draining: draining.signal })
  await settled()
  draining.abort()
  assert.deepEqual((await drained).news, [])
})

test('typing is told as it begins and ends, and not again', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom())
  await server.rooms.changeMembership(joins(roomId, bo))
  await atRest(server, phone)
  const wait = waiting(phone)
  await settled()
  await server.ephemeral.setTyping({ roomId, userId: bo, typing: true })
  const typing = (users: readonly UserId[]) => [{ type: 'm.typing', content: { user_ids: [...users] } }]
  assert.deepEqual((await wait.answer).events('rooms', 'join', roomId, 'ephemeral'), typing([bo]))
  assert.deepEqual((await phone.ask()).news, [])
  await server.ephemeral.setTyping({ roomId, userId: bo, typing: false })
  assert.deepEqual((await phone.ask()).events('rooms', 'join', roomId, 'ephemeral'), typing([]))
})

test('receipts are told: everybody’s, and private ones to their owner alone', async (t) => {
  const server = await syncServer(t)
  const [phone, bos] = [await aDevice(server, anna), await aDevice(server, bo)]
  const roomId = await server.rooms.create(aRoom())
  await server.rooms.changeMembership(joins(roomId, bo))
  const eventId = await server.rooms.send(roomId, aMessage('hej'))
  await atRest(server, phone, bos)
  await server.ephemeral.receipts.set(bo, roomId, { 'm.read': eventId })
  const seen = await phone.ask()
  const content = seen.events('rooms', 'join', roomId, 'ephemeral')[0]?.['content']
  assert.deepEqual(Object.keys((content as { [id: string]: object })[eventId] ?? {}), ['m.read'])
  await atRest(server, phone, bos)
  const second = await server.rooms.send(roomId, aMessage('hej igen'))
  await atRest(server, phone, bos)
  await server.ephemeral.receipts.set(bo, roomId, { 'm.read.private': second })
  assert.deepEqual((await phone.ask()).news, [])
  assert.ok(JSON.stringify((await bos.ask()).body).includes('m.read.private'))
})

test('messages to a device stay until it comes back with their token, and come a hundred at a time', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  await aDevice(server, bo)
  await atRest(server, phone)
  const send = (n: number) =>
    server.e2ee.sendToDevice({
      sender: bo,
      deviceId: 'PHONE' as DeviceId,
      txnId: `t${n}`,
      type: 'org.example.note',
      messages: new Map([[anna, new Map([[phone.deviceId, { n }]])]]),
    })
  for (let n = 0; n < 120; n++) await send(n)
  const before = phone.since
  const numbers = (seen: Seen) => seen.events('to_device').map(({ content }) => (content as { n: number }).n)
  assert.equal(numbers(await phone.ask()).length, 100)
  phone.since = before
  assert.deepEqual(
    numbers(await phone.ask()),
    Array.from({ length: 100 }, (_, n) => n),
    'the answer was lost',
  )
  assert.deepEqual(
    numbers(await phone.ask()),
    Array.from({ length: 20 }, (_, n) => 100 + n),
  )
  assert.deepEqual(numbers(await phone.ask()), [])
})

test('keys are counted in every answer, and whose list changed is told to those who share a room', async (t) => {
  const server = await syncServer(t)
  const [phone, bos] = [await aDevice(server, anna), await aDevice(server, bo)]
  const roomId = await server.rooms.create(aRoom())
  await atRest(server, phone, bos)
  await server.rooms.changeMembership(joins(roomId, bo))
  const before = phone.since ?? ''
  assert.deepEqual((await phone.ask()).at('device_lists', 'changed'), [bo])
  const changes = () => server.sync.deviceListChanges(phone, { from: before, to: phone.since ?? '' })
  assert.deepEqual(await changes(), { changed: [bo], left: [] })
  assert.deepEqual((await bos.ask()).at('device_lists', 'changed'), [anna])
  await atRest(server, phone, bos)
  await server.rooms.changeMembership({ roomId, sender: bo, target: bo, membership: 'leave' })
  assert.deepEqual((await phone.ask()).at('device_lists', 'left'), [bo])
  assert.deepEqual(await changes(), { changed: [], left: [] }, 'who came and went is as before')
  const seen = await bos.ask()
  assert.deepEqual(seen.at('device_lists', 'left'), [anna])
  assert.deepEqual(seen.at('device_one_time_keys_count'), { signed_curve25519: 0 })
  assert.deepEqual(seen.at('device_unused_fallback_key_types'), [])
})

test('after a restart the token goes on where it was', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const [roomId, quiet] = [await server.rooms.create(aRoom()), await server.rooms.create(aRoom())]
  await phone.ask()
  await server.rooms.send(roomId, aMessage('a'))
  await server.rooms.send(roomId, { type: 'm.room.topic', stateKey: '', sender: anna, content: { topic: 't' } })
  const again = await server.restarted()
  const device = phone.at(again)
  await again.rooms.send(roomId, aMessage('b'))
  const seen = await device.ask({ filter: { room: { timeline: { limit: 1 } } } })
  assert.deepEqual(seen.bodies(roomId), ['b'])
  assert.deepEqual(seen.stateKeys(roomId), ['m.room.topic|'])
  assert.equal(seen.at('rooms', 'join', quiet), undefined)
  await again.rooms.send(roomId, aMessage('c'))
  assert.deepEqual((await device.ask()).bodies(roomId), ['c'])
})

test('presence of people in the same room is told, of others not', async (t) => {
  const server = await syncServer(t)
  const [phone, bos] = [await aDevice(server, anna), await aDevice(server, bo)]
  const stranger = await aDevice(server, aUserId('dag'))
  const roomId = await server.rooms.create(aRoom())
  await server.rooms.changeMembership(joins(roomId, bo))
  await phone.ask({ setPresence: 'offline' })
  const wait = phone.ask({ setPresence: 'offline', timeout: 30_000 })
  await settled()
  await stranger.ask()
  await bos.ask()
  const seen = await wait
  assert.deepEqual(
    seen.events('presence').map(({ sender }) => sender),
    [bo],
  )
})
