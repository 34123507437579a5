import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { receiptContents, receiptEdus } from './receipt.ts'
import { roomsForTests } from './rooms-for-tests.ts'

const t = roomsForTests()
const bo = '@bo:hs2' as UserId
const hs2 = 'hs2' as ServerName
const errcode = (code: string) => (error: unknown) => (error as { errcode: string }).errcode === code

async function inRoom(roomId: RoomId, viewer: UserId, after = 0) {
  return (await t.ephemeral.receipts.between([roomId], after, t.stream.head, viewer)).get(roomId) ?? []
}

const edu = (roomId: RoomId, userId: string, eventId: string, more: JsonObject = {}): JsonObject => ({
  [roomId]: { 'm.read': { [userId]: { event_ids: [eventId], data: { ts: 5, ...more } } } },
})

test('a receipt is a fact with its room, and does not move backwards', async () => {
  await t.settled
  const anna = await t.user('anna')
  const room = await t.room(anna)
  const [first, second] = [await t.say(room, anna), await t.say(room, anna)]
  const before = t.stream.head
  await t.ephemeral.receipts.set(anna, room, { 'm.read': second })
  const [fact] = t.stream.since(before) ?? []
  assert.deepEqual([fact?.kind, fact?.room, fact?.user], ['receipt', room, undefined])
  await t.ephemeral.receipts.set(anna, room, { 'm.read': first })
  await t.ephemeral.receipts.set(anna, room, { 'm.read': second })
  assert.equal(t.stream.head, before + 1)
  const [receipt] = await inRoom(room, anna)
  assert.deepEqual([receipt?.eventId, receipt?.ts, receipt?.position], [second, t.clock.now(), before + 1])
})

test('members beside the markers are passed over, whatever they hold', async () => {
  const anna = await t.user('anna-beside')
  const room = await t.room(anna)
  const event = await t.say(room, anna)
  const beside = { 'm.read': event, 'org.example.hidden': true, ['__proto__']: { a: 1 } }
  await t.ephemeral.receipts.set(anna, room, beside)
  assert.equal((await inRoom(room, anna))[0]?.eventId, event)
})

test('two receipts at once: the one further ahead stays, whichever is stored last', async () => {
  const anna = await t.user('anna2')
  const room = await t.room(anna)
  const [first, second] = [await t.say(room, anna), await t.say(room, anna)]
  const { receipts } = t.ephemeral
  await Promise.all([second, first].map((event) => receipts.set(anna, room, { 'm.read': event })))
  assert.deepEqual(
    (await inRoom(room, anna)).map((receipt) => receipt.eventId),
    [second],
  )
})

test('m.read.private is seen by its owner alone and never told to other servers', async () => {
  const [anna, cecilia] = [await t.user('anna3'), await t.user('cecilia3')]
  const room = await t.room(anna, cecilia)
  const event = await t.say(room, cecilia)
  const before = t.stream.head
  await t.ephemeral.receipts.set(anna, room, { 'm.read.private': event })
  assert.equal(t.stream.since(before)?.[0]?.user, anna)
  assert.deepEqual(
    (await inRoom(room, anna)).map((receipt) => receipt.type),
    ['m.read.private'],
  )
  assert.deepEqual(await inRoom(room, cecilia), [])
  assert.deepEqual(receiptEdus(await t.ephemeral.receipts.ofOurs(before, t.stream.head, 10)), [])
})

test('receipts of different threads live beside each other; a thread that the event is not in is refused', async () => {
  const anna = await t.user('anna4')
  const room = await t.room(anna)
  const root = await t.say(room, anna)
  const reply = await t.say(room, anna, 'in it', { 'm.relates_to': { rel_type: 'm.thread', event_id: root } })
  const reaction = await t.rooms.send(room, {
    type: 'm.reaction',
    sender: anna,
    content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: reply, key: '👍' } },
  })
  const { receipts } = t.ephemeral
  await receipts.set(anna, room, { 'm.read': root })
  await receipts.set(anna, room, { 'm.read': root }, 'main')
  await receipts.set(anna, room, { 'm.read': reaction }, root)
  const threads = (await inRoom(room, anna)).map((receipt) => receipt.threadId)
  assert.deepEqual(new Set(threads), new Set([undefined, 'main', root]))
  for (const [event, thread] of [
    [reply, 'main'],
    [reaction, 'main'],
    [root, reply],
    [root, ''],
    [root, 'nonsense'],
  ] as const) {
    await assert.rejects(receipts.set(anna, room, { 'm.read': event }, thread), errcode('M_INVALID_PARAM'), thread)
  }
  await assert.rejects(receipts.set(anna, room, { 'm.fully_read': root }, 'main'), errcode('M_INVALID_PARAM'))
})

test('only members mark a room as read, and only events of it', async () => {
  const [anna, cecilia] = [await t.user('anna5'), await t.user('cecilia5')]
  const [room, other] = [await t.room(anna), await t.room(cecilia)]
  const [event, foreign] = [await t.say(room, anna), await t.say(other, cecilia)]
  const { receipts } = t.ephemeral
  await assert.rejects(receipts.set(cecilia, room, { 'm.read': event }), errcode('M_FORBIDDEN'))
  await assert.rejects(receipts.set(anna, room, { 'm.read': foreign }), errcode('M_NOT_FOUND'))
  await assert.rejects(receipts.set(anna, room, { 'm.read': '$none' as EventId }), errcode('M_NOT_FOUND'))
})

test('m.fully_read is room account data, set in the same act as the receipts, and not set back', async () => {
  const anna = await t.user('anna6')
  const room = await t.room(anna)
  const [first, second] = [await t.say(room, anna), await t.say(room, anna)]
  const before = t.stream.head
  await t.ephemeral.receipts.set(anna, room, { 'm.fully_read': second, 'm.read': second, 'm.read.private': second })
  assert.deepEqual(
    t.stream.since(before)?.map((fact) => fact.kind),
    ['receipt', 'receipt', 'account-data'],
  )
  await t.ephemeral.receipts.set(anna, room, { 'm.fully_read': first })
  const stored = await t.accounts.accountData.get({ userId: anna, roomId: room, type: 'm.fully_read' })
  assert.equal(stored?.content, JSON.stringify({ event_id: second }))
})

test('another server tells of its own users in the room, and of nobody else', async () => {
  const anna = await t.user('anna7')
  const room = await t.room(anna, bo)
  const event = await t.say(room, anna)
  const { receipts } = t.ephemeral
  await receipts.receive(hs2, edu(room, bo, event))
  await receipts.receive(hs2, edu(room, anna, event))
  await receipts.receive(hs2, edu(room, '@stranger:hs2', event))
  await receipts.receive('hs3' as ServerName, edu(room, bo, event))
  await receipts.receive(hs2, { [room]: { 'm.read.private': { [bo]: { event_ids: [event], data: { ts: 1 } } } } })
  for (const junk of [
    { [room]: 7 },
    { [room]: { 'm.read': [] } },
    edu(room, bo, 'x'),
    edu(room, bo, event, { ts: 'now' }),
  ]) {
    await receipts.receive(hs2, junk as JsonObject)
  }
  const seen = await inRoom(room, anna)
  assert.deepEqual(
    seen.map((receipt) => [receipt.userId, receipt.type, receipt.ts]),
    [[bo, 'm.read', 5]],
  )
})

test('a receipt for an event that we do not have is kept, and one that we can place moves it on', async () => {
  const anna = await t.user('anna8')
  const room = await t.room(anna, bo)
  const event = await t.say(room, anna)
  const unknown = `$${'A'.repeat(43)}`
  await t.ephemeral.receipts.receive(hs2, edu(room, bo, unknown))
  await t.ephemeral.receipts.receive(hs2, edu(room, bo, event))
  assert.deepEqual(
    (await inRoom(room, anna)).map((receipt) => receipt.eventId),
    [event],
  )
})

test('a server that the room has shut out tells nothing', async () => {
  const anna = await t.user('anna9')
  const room = await t.room(anna, bo)
  const event = await t.say(room, anna)
  await t.rooms.send(room, {
    type: 'm.room.server_acl',
    stateKey: '',
    sender: anna,
    content: { allow: ['*'], deny: ['hs2'] },
  })
  await t.ephemeral.receipts.receive(hs2, edu(room, bo, event))
  await t.ephemeral.receiveTyping(hs2, { room_id: room, user_id: bo, typing: true })
  assert.deepEqual(await inRoom(room, anna), [])
  assert.deepEqual(t.ephemeral.typing.in(room), [])
})

test('typing over federation: a member is shown until they leave', async () => {
  const anna = await t.user('anna10')
  const room = await t.room(anna, bo)
  await t.ephemeral.receiveTyping(hs2, { room_id: room, user_id: bo, typing: true })
  await t.ephemeral.receiveTyping(hs2, { room_id: room, user_id: '@stranger:hs2', typing: true })
  assert.deepEqual(t.ephemeral.typing.in(room), [bo])
  await t.rooms.changeMembership({ roomId: room, sender: bo, target: bo, membership: 'leave' })
  assert.deepEqual(t.ephemeral.typing.in(room), [])
})

test('our typing goes out to those who listen; without membership it is refused', async () => {
  const [anna, cecilia] = [await t.user('anna11'), await t.user('cecilia11')]
  const room = await t.room(anna)
  const told: unknown[] = []
  const stop = t.ephemeral.onOutgoingTyping((change) => told.push(change))
  await t.ephemeral.setTyping({ roomId: room, userId: anna, typing: true }, 1000)
  await assert.rejects(t.ephemeral.setTyping({ roomId: room, userId: cecilia, typing: true }), errcode('M_FORBIDDEN'))
  stop()
  assert.deepEqual(told, [{ roomId: room, userId: anna, typing: true }])
})

test('between gives the newest place of each receipt in the range, room by room', async () => {
  const anna = await t.user('anna12')
  const rooms = [await t.room(anna), await t.room(anna)]
  const before = t.stream.head
  for (const room of rooms) await t.ephemeral.receipts.set(anna, room, { 'm.read': await t.say(room, anna) })
  const found = await t.ephemeral.receipts.between(rooms, before, t.stream.head, anna)
  assert.deepEqual([...found.keys()].sort(), [...rooms].sort())
  assert.equal((await t.ephemeral.receipts.between(rooms, t.stream.head, t.stream.head, anna)).size, 0)
})

test('wire shapes: one event for a room, a second only for two threads at one event; the EDU reads back', async () => {
  const receipt = {
    roomId: '!r:hs1' as RoomId,
    userId: bo,
    type: 'm.read',
    eventId: '$e:hs1' as EventId,
    ts: 3,
  } as const
  const both = [
    { ...receipt, threadId: undefined, eventPosition: 1 },
    { ...receipt, threadId: 'main', eventPosition: 1 },
  ] as const
  assert.deepEqual(receiptContents(both), [
    { '$e:hs1': { 'm.read': { [bo]: { ts: 3 } } } },
    { '$e:hs1': { 'm.read': { [bo]: { ts: 3, thread_id: 'main' } } } },
  ])
  assert.deepEqual(receiptEdus(both), [
    '{"content":{"!r:hs1":{"m.read":{"@bo:hs2":{"data":{"ts":3},"event_ids":["$e:hs1"]}}}},"edu_type":"m.receipt"}',
    '{"content":{"!r:hs1":{"m.read":{"@bo:hs2":{"data":{"thread_id":"main","ts":3},"event_ids":["$e:hs1"]}}}},"edu_type":"m.receipt"}',
  ])
})
