// Sending on a real PostgreSQL: one line of events, transactions sent once, state that replaces, redactions, refusals without a trace.
// spec: client-server-api #sending-events-to-a-room, #transaction-identifiers, #redactions; server-server-api #pdus

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { statement } from '#platform/database/database.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import {
  aMessage,
  anna,
  aRoom,
  aUserId,
  bo,
  cia,
  joins,
  roomsForTests,
  scopeOfFile,
  type TestEngine,
  type TestRooms,
  timelineOf,
} from './rooms-for-tests.ts'

const scope = scopeOfFile()
let t: TestRooms
before(async () => {
  t = await roomsForTests(scope)
})

const refusedBy = (rule: string) => (error: unknown) => {
  assert.ok(error instanceof MatrixError, String(error))
  assert.equal(error.rule, rule)
  return true
}

const aState = (type: string, content: object, sender = anna, stateKey = '') =>
  ({ type, stateKey, sender, content: { ...content } }) as const

async function roomWith(...others: UserId[]): Promise<RoomId> {
  const roomId = await t.rooms.create(aRoom())
  for (const userId of others) await t.rooms.changeMembership(joins(roomId, userId))
  return roomId
}

/** Every event names the one before it, and lies one deeper. */
async function assertOneLine({ rooms }: Pick<TestEngine, 'rooms'>, roomId: RoomId): Promise<void> {
  const events = await timelineOf(rooms, roomId)
  for (const [index, { event }] of events.entries()) {
    assert.deepEqual(event.prevEvents, index === 0 ? [] : [events[index - 1]?.event.eventId])
    assert.equal(event.depth, index + 1)
  }
  const head = await rooms.head(roomId)
  assert.deepEqual(
    head?.extremities.map(({ eventId }) => eventId),
    [events.at(-1)?.event.eventId],
  )
}

const bodies = async (roomId: RoomId) =>
  (await timelineOf(t.rooms, roomId)).flatMap(({ event }) => event.content['body'] ?? [])

test('a hundred messages sent at once make one line, in the order of sending', async () => {
  const roomId = await roomWith()
  const sent = Array.from({ length: 100 }, (_, n) => t.rooms.send(roomId, aMessage(`${n}`)))
  assert.equal(new Set(await Promise.all(sent)).size, 100)
  await assertOneLine(t, roomId)
  assert.deepEqual(
    await bodies(roomId),
    Array.from({ length: 100 }, (_, n) => `${n}`),
  )
})

test('a transaction is sent once: one after the other, at the same time, and after a restart', async () => {
  const roomId = await roomWith()
  const transaction = { deviceId: 'PHONE', txnId: 't1' }
  const first = await t.rooms.send(roomId, aMessage('en gång'), transaction)
  assert.equal(await t.rooms.send(roomId, aMessage('en gång till'), transaction), first)

  const at = { deviceId: 'PHONE', txnId: 't2' }
  const together = await Promise.all(Array.from({ length: 20 }, () => t.rooms.send(roomId, aMessage('samtidigt'), at)))
  assert.equal(new Set(together).size, 1)

  const { rooms } = await t.again()
  assert.equal(await rooms.send(roomId, aMessage('efteråt'), transaction), first)
  assert.equal(await rooms.send(roomId, aMessage('efteråt'), at), together[0])
  assert.deepEqual(await bodies(roomId), ['en gång', 'samtidigt'])
})

test('a transaction that two processes send at once is stored once', async () => {
  const roomId = await roomWith()
  const other = await t.again()
  const transaction = { deviceId: 'PHONE', txnId: 'two' }
  const [a, b] = await Promise.all([t, other].map(({ rooms }) => rooms.send(roomId, aMessage('hej'), transaction)))
  assert.equal(a, b)
  assert.deepEqual(await bodies(roomId), ['hej'])
})

test('another device, room, type or transaction identifier is another transaction', async () => {
  const [roomId, elsewhere] = [await roomWith(), await roomWith()]
  const transaction = { deviceId: 'A', txnId: '1' }
  const ids = [
    await t.rooms.send(roomId, aMessage('1'), transaction),
    await t.rooms.send(roomId, aMessage('2'), { deviceId: 'B', txnId: '1' }),
    await t.rooms.send(roomId, aMessage('3'), { deviceId: 'A', txnId: '2' }),
    await t.rooms.send(elsewhere, aMessage('4'), transaction),
    await t.rooms.send(roomId, { ...aMessage('5'), type: 'other' }, transaction),
  ]
  assert.equal(new Set(ids).size, 5)
})

test('a client that repeats a transaction gets its event, even when it may not send any more', async () => {
  const roomId = await roomWith(bo)
  const transaction = { deviceId: 'PHONE', txnId: 'left' }
  const sent = await t.rooms.send(roomId, aMessage('hej då', bo), transaction)
  await t.rooms.changeMembership({ ...joins(roomId, bo), membership: 'leave' })
  assert.equal(await t.rooms.send(roomId, aMessage('hej då', bo), transaction), sent)
  const { rooms } = await t.again()
  assert.equal(await rooms.send(roomId, aMessage('hej då', bo), transaction), sent)
  await assert.rejects(t.rooms.send(roomId, aMessage('igen', bo)), refusedBy('send/not-in-room'))
})

test('a transaction that failed is sent when it is repeated', async () => {
  const roomId = await roomWith()
  const transaction = { deviceId: 'PHONE', txnId: 'early' }
  await assert.rejects(t.rooms.send(roomId, aMessage('för tidigt', bo), transaction), refusedBy('send/not-in-room'))
  await t.rooms.changeMembership(joins(roomId, bo))
  await t.rooms.send(roomId, aMessage('nu', bo), transaction)
  assert.deepEqual(await bodies(roomId), ['nu'])
})

test('a state event takes the place of the one before it, and the same content again is the same event', async () => {
  const roomId = await roomWith()
  const first = await t.rooms.send(roomId, aState('m.room.topic', { topic: 'a' }))
  assert.equal(await t.rooms.send(roomId, aState('m.room.topic', { topic: 'a' })), first)
  const second = await t.rooms.send(roomId, aState('m.room.topic', { topic: 'b' }))
  const key = { type: 'm.room.topic', stateKey: '' }
  assert.equal((await t.rooms.currentState(roomId, [key]))?.known(key.type, '')?.event.eventId, second)
  const events = await timelineOf(t.rooms, roomId)
  const replacing = events.find(({ event }) => event.eventId === second)
  const shown = replacing && (await t.rooms.show([replacing], { userId: anna, deviceId: undefined }, { roomId: true }))
  assert.equal(JSON.parse(shown?.[0]?.json ?? '{}').unsigned.replaces_state, first)
  assert.deepEqual(JSON.parse(shown?.[0]?.json ?? '{}').unsigned.prev_content, { topic: 'a' })
})

test('who is not in the room learns nothing from sending the state that is there', async () => {
  const roomId = await roomWith(bo)
  await t.rooms.send(roomId, aState('m.room.power_levels', { users: { [bo]: 50 } }))
  await t.rooms.send(roomId, aState('m.room.topic', { topic: 'Bos' }, bo))
  await t.rooms.changeMembership({ ...joins(roomId, bo), membership: 'leave' })
  await assert.rejects(
    t.rooms.send(roomId, aState('m.room.topic', { topic: 'Bos' }, bo)),
    refusedBy('send/not-in-room'),
  )
})

test('the content of a state event without canonical JSON is refused, also where there is one already', async () => {
  const roomId = await roomWith()
  await t.rooms.send(roomId, aState('x', { a: 1 }))
  await assert.rejects(
    t.rooms.send(roomId, aState('x', { a: 0.5 })),
    (error: unknown) => error instanceof MatrixError && error.errcode === 'M_BAD_JSON',
  )
})

for (const { id } of roomVersions) {
  test(`a redaction hides the event from every reader in version ${id}, now and after a restart`, async () => {
    const roomId = await t.rooms.create(aRoom({ version: id }))
    const target = await t.rooms.send(roomId, aMessage('oj'))
    await t.rooms.send(roomId, { type: 'm.room.redaction', sender: anna, content: {}, redacts: target })
    for (const { rooms } of [t, await t.again()]) {
      const known = await rooms.event(target)
      assert.ok(known)
      const [shown] = await rooms.show([known], { userId: anna, deviceId: undefined }, { roomId: true })
      const form = JSON.parse(shown?.json ?? '{}')
      assert.deepEqual(form.content, {})
      assert.equal(form.unsigned.redacted_because.type, 'm.room.redaction')
    }
  })
}

test('users remove what they wrote themselves; what others wrote needs the power to', async () => {
  const roomId = await roomWith(bo, cia)
  const target = await t.rooms.send(roomId, aMessage('mitt', bo))
  const redaction = (sender: UserId) => ({ type: 'm.room.redaction', sender, content: {}, redacts: target })
  const before = await timelineOf(t.rooms, roomId)
  await assert.rejects(t.rooms.send(roomId, redaction(cia)), refusedBy('redaction/power-level'))
  assert.equal((await timelineOf(t.rooms, roomId)).length, before.length)
  assert.equal((await t.rooms.event(target))?.redactedBy, undefined)
  await t.rooms.send(roomId, redaction(bo))
  assert.notEqual((await t.rooms.event(target))?.redactedBy, undefined)
  const other = await t.rooms.send(roomId, aMessage('också mitt', cia))
  await t.rooms.send(roomId, { ...redaction(anna), redacts: other })
  assert.notEqual((await t.rooms.event(other))?.redactedBy, undefined)
})

const rowsOf = statement<[], { rows: number }>(
  'test.rows',
  `select (select count(*) from event) + (select count(*) from state_node) + (select count(*) from membership)
    + (select count(*) from event_relation) + (select count(*) from sent_transaction) + (select sum(serial) from room) as rows`,
)

test('what is refused leaves nothing behind, and the room goes on', async () => {
  const roomId = await roomWith()
  const before = await t.database.one(rowsOf)
  const position = t.stream.head
  const device = { deviceId: 'D', txnId: 'refused' }
  await assert.rejects(t.rooms.send(roomId, aMessage('utifrån', bo), device), refusedBy('send/not-in-room'))
  await assert.rejects(t.rooms.send(roomId, aState('m.room.name', { name: 'x' }, bo)), refusedBy('send/not-in-room'))
  await assert.rejects(
    t.rooms.send(roomId, { ...aMessage('stort'), content: { body: 'a'.repeat(70_000) } }),
    (error: unknown) => error instanceof MatrixError && error.errcode === 'M_TOO_LARGE',
  )
  await assert.rejects(
    t.rooms.send('!nowhere:alfa.example' as RoomId, aMessage('var')),
    (error: unknown) => error instanceof MatrixError && error.status === 404,
  )
  assert.deepEqual(await t.database.one(rowsOf), before)
  assert.equal(t.stream.head, position)
  await t.rooms.send(roomId, aMessage('vidare'))
  await assertOneLine(t, roomId)
})

test('M_DUPLICATE_ANNOTATION: of the same annotation sent many times at once one is taken, and of different ones all', async () => {
  const roomId = await roomWith(bo)
  const event_id = await t.rooms.send(roomId, aMessage('bra'))
  const reaction = (key: string, sender = anna) => {
    const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id, key } }
    return { type: 'm.reaction', sender, content }
  }
  const drafts = [...Array.from({ length: 10 }, () => reaction('👍')), reaction('👎'), reaction('👍', bo)]
  const outcomes = await Promise.allSettled(drafts.map((draft) => t.rooms.send(roomId, draft)))
  const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? each.reason.errcode : []))
  assert.deepEqual(refused, Array(9).fill('M_DUPLICATE_ANNOTATION'))
  await assertOneLine(t, roomId)
})

test('two processes that write into one room lose no event and keep one line', async () => {
  const roomId = await roomWith()
  const other = await t.again()
  const sent: Promise<string>[] = []
  for (let n = 0; n < 30; n++) {
    sent.push(t.rooms.send(roomId, aMessage(`a${n}`)), other.rooms.send(roomId, aMessage(`b${n}`)))
    if (n % 10 === 9) await Promise.all(sent)
  }
  await Promise.all(sent)
  const fresh = await t.again()
  await assertOneLine(fresh, roomId)
  const all = (await timelineOf(fresh.rooms, roomId)).flatMap(({ event }) => event.content['body'] ?? [])
  const expected = ['a', 'b'].flatMap((letter) => Array.from({ length: 30 }, (_, n) => `${letter}${n}`))
  assert.deepEqual([...all].sort(), expected.sort())
})

test('a restart goes on where the room was: same head, same state, same line', async () => {
  const roomId = await roomWith(bo)
  await t.rooms.send(roomId, aMessage('före'))
  const before = await t.rooms.head(roomId)
  const { rooms } = await t.again()
  const after = await rooms.head(roomId)
  assert.deepEqual(
    [after?.serial, after?.joined, after?.invited, after?.extremities, after?.serverNames],
    [before?.serial, before?.joined, before?.invited, before?.extremities, before?.serverNames],
  )
  await rooms.send(roomId, aMessage('efter', bo))
  await assertOneLine({ rooms }, roomId)
})

const stateSize = statement<[], { nodes: number; bytes: number }>(
  'test.state_size',
  'select count(*)::int as nodes, coalesce(sum(length(body)), 0)::int as bytes from state_node',
)

test('a message in a room of 2,000 state events stores no state, and a change of state some small rows', async () => {
  const roomId = await roomWith()
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => t.rooms.send(roomId, aState('x', { n }, anna, `${round}-${n}`))),
    )
  }
  const { rooms } = await t.again()
  const before = await t.database.one(stateSize)
  await rooms.send(roomId, aMessage('hej'))
  assert.deepEqual(await t.database.one(stateSize), before)
  await rooms.send(roomId, aState('x', { n: 'ny' }, anna, '3-77'))
  const after = await t.database.one(stateSize)
  const [nodes, bytes] = [(after?.nodes ?? 0) - (before?.nodes ?? 0), (after?.bytes ?? 0) - (before?.bytes ?? 0)]
  assert.ok(nodes > 0 && nodes <= 5, `${nodes} nodes`)
  assert.ok(bytes <= 3_000, `${bytes} bytes`)
  const [name] = (await rooms.newestEvents((await rooms.head(roomId))?.roomNid ?? 0, 0, t.stream.head + 9, 1)).map(
    (known) => known.stateAfter,
  )
  assert.equal(name && (await rooms.stateEntries(name)).length, 2_006)
})

test('members, counts and servers follow the memberships', async () => {
  const [eva, fia] = [aUserId('eva'), aUserId('fia')]
  const roomId = await roomWith(eva)
  const remote = aUserId('dan', 'beta.example')
  const head = async () => (await t.rooms.head(roomId)) ?? assert.fail()
  await t.rooms.changeMembership({ roomId, sender: anna, target: fia, membership: 'invite' })
  assert.deepEqual([(await head()).joined, (await head()).invited], [2, 1])
  assert.deepEqual((await head()).serverNames, ['alfa.example'])
  assert.deepEqual((await t.rooms.usersSharingRoomsWith(eva)).sort(), [anna, eva])
  await t.rooms.changeMembership(joins(roomId, fia))
  assert.deepEqual([(await head()).joined, (await head()).invited], [3, 0])
  await t.rooms.changeMembership({ roomId, sender: anna, target: eva, membership: 'ban' })
  assert.equal((await head()).joined, 2)
  assert.equal((await t.rooms.roomOf(roomId, eva))?.membership, 'ban')
  assert.equal(await t.rooms.membership(roomId, eva), 'ban')
  assert.equal(await t.rooms.membership(roomId, remote), undefined)
  assert.deepEqual([...(await t.rooms.sharesRoom(anna, [eva, fia]))], [fia])
  const { rooms } = await t.again()
  assert.equal((await rooms.head(roomId))?.joined, 2)
})

test('a relationship that the database cannot hold is none, and the event is taken all the same', async () => {
  const roomId = await roomWith()
  const parent = await t.rooms.send(roomId, aMessage('hej'))
  const good = { rel_type: 'm.annotation', event_id: parent, key: 'x' }
  for (const [member, value] of Object.entries(good)) {
    const content = { 'm.relates_to': { ...good, [member]: `${value}\0` } }
    const eventId = await t.rooms.send(roomId, { type: 'm.reaction', sender: anna, content })
    assert.deepEqual((await t.rooms.event(eventId))?.event.content, content)
  }
})
