import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { roomsForTests } from './rooms-for-tests.ts'

const t = roomsForTests()
const phone = 'PHONE' as DeviceId
const desk = 'DESK' as DeviceId
const hs2 = 'hs2' as ServerName
const bo = '@bo:hs2' as UserId
const errcode = (code: string) => (error: unknown) => (error as { errcode: string }).errcode === code

/** Presence writes in the background: waits until what was begun is stored. */
async function told(userId: UserId, count: number, after: number): Promise<string[]> {
  const of = () => (t.stream.since(after) ?? []).filter((fact) => fact.kind === 'presence' && fact.user === userId)
  if (of().length < count) {
    await new Promise<void>((resolve) => {
      const stop = t.stream.onCommit(() => {
        if (of().length < count) return
        stop()
        resolve()
      })
    })
  }
  return of().map((fact) => (fact.payload as { presence: string }).presence)
}

const update = (userId: string, presence: string, more: JsonObject = {}): JsonObject => ({
  push: [{ user_id: userId, presence, last_active_ago: 1000, currently_active: true, ...more }],
})

test('a client that waits for news is online, idle after five minutes, and offline half a minute after it stops', async () => {
  await t.settled
  const anna = await t.user('anna')
  const before = t.stream.head
  const done = t.ephemeral.presence.syncing(anna, phone, 'online')
  assert.deepEqual(await told(anna, 1, before), ['online'])
  await t.clock.advance(60_000) // still there, no longer "currently active"
  assert.deepEqual(await told(anna, 2, before), ['online', 'online'])
  assert.equal((await t.ephemeral.presence.get(anna, anna)).currentlyActive, false)
  await t.clock.advance(240_000)
  assert.deepEqual(await told(anna, 3, before), ['online', 'online', 'unavailable'])
  t.ephemeral.presence.active(anna, phone)
  assert.equal((await told(anna, 4, before)).at(-1), 'online')
  done()
  await t.clock.advance(35_000)
  assert.equal((await told(anna, 5, before)).at(-1), 'offline')
})

test('two devices: the one that is most there counts; set_presence=offline notes nothing', async () => {
  const anna = await t.user('anna2')
  const { presence } = t.ephemeral
  await presence.set(anna, phone, 'unavailable')
  await presence.set(anna, desk, 'online')
  assert.equal((await presence.get(anna, anna)).presence, 'online')
  await presence.set(anna, desk, 'offline')
  assert.equal((await presence.get(anna, anna)).presence, 'unavailable')
  const before = t.stream.head
  presence.syncing(anna, desk, 'offline')()
  assert.equal(t.stream.head, before)
})

test('a status is shown until it is left out; one that is too long is refused', async () => {
  const anna = await t.user('anna3')
  const { presence } = t.ephemeral
  await presence.set(anna, phone, 'online', 'i möte')
  assert.deepEqual(presence.contentOf(await presence.get(anna, anna)), {
    presence: 'online',
    status_msg: 'i möte',
    last_active_ago: 0,
    currently_active: true,
  })
  await presence.set(anna, phone, 'online')
  assert.equal((await presence.get(anna, anna)).statusMsg, undefined)
  await assert.rejects(presence.set(anna, phone, 'online', 'x'.repeat(2049)), errcode('M_INVALID_PARAM'))
  await assert.rejects(presence.set(anna, phone, 'online', 'a\0b'), errcode('M_INVALID_PARAM'))
})

test('presence is for people who share a room', async () => {
  const [anna, cecilia, dag] = [await t.user('anna4'), await t.user('cecilia4'), await t.user('dag4')]
  await t.room(anna, cecilia)
  const before = t.stream.head
  const { presence } = t.ephemeral
  await presence.set(anna, phone, 'online', 'här')
  assert.equal((await presence.get(cecilia, anna)).statusMsg, 'här')
  await assert.rejects(presence.get(dag, anna), errcode('M_FORBIDDEN'))
  const seenBy = async (viewer: UserId) =>
    (await presence.visibleTo(viewer, before, t.stream.head)).map((state) => state.userId)
  assert.deepEqual(await seenBy(cecilia), [anna])
  assert.deepEqual(await seenBy(anna), [anna])
  assert.deepEqual(await seenBy(dag), [])
})

test('another server tells of its users who are in rooms with ours, and of nobody else', async () => {
  const anna = await t.user('anna5')
  await t.room(anna, bo)
  const { presence } = t.ephemeral
  const before = t.stream.head
  await presence.receive(hs2, update(bo, 'online', { status_msg: 'hej' }))
  await presence.receive(hs2, update(anna, 'online'))
  await presence.receive(hs2, update('@nobody:hs2', 'online'))
  await presence.receive('hs3' as ServerName, update(bo, 'offline'))
  await presence.receive(hs2, update(bo, 'busy'))
  await presence.receive(hs2, { push: 'junk' })
  const state = await presence.get(anna, bo)
  assert.deepEqual([state.presence, state.statusMsg, state.lastActiveTs], ['online', 'hej', t.clock.now() - 1000])
  assert.equal(t.stream.head, before + 1)
  await presence.receive(hs2, update(bo, 'online', { status_msg: 'hej' }))
  assert.equal(t.stream.head, before + 1, 'nothing new is no fact')
  await t.clock.advance(31 * 60_000)
  await told(bo, 2, before)
  assert.equal((await presence.get(anna, bo)).presence, 'offline', 'silent for half an hour')
})

test('a stranger who joins a room with us is a stranger no more', async () => {
  const [anna, cia] = [await t.user('anna8'), '@cia:hs2' as UserId]
  const { presence } = t.ephemeral
  const before = t.stream.head
  await presence.receive(hs2, update(cia, 'online'))
  assert.equal(t.stream.head, before)
  await t.room(anna, cia)
  await presence.receive(hs2, update(cia, 'online'))
  assert.equal((await presence.get(anna, cia)).presence, 'online')
})

test('what our users were told of survives a restart, and those who do not come back go offline', async () => {
  const anna = await t.user('anna6')
  await t.ephemeral.presence.set(anna, phone, 'online')
  const before = t.stream.head
  const again = await t.reopen()
  assert.equal((await again.presence.get(anna, anna)).presence, 'online')
  await t.clock.advance(36_000)
  assert.equal((await told(anna, 1, before))[0], 'offline')
})

test('the EDU carries what the specification requires', async () => {
  const anna = await t.user('anna7')
  const before = t.stream.head
  await t.ephemeral.presence.set(anna, phone, 'online', 'å')
  const ours = await t.ephemeral.presence.ofOurs(before, t.stream.head, 10)
  assert.deepEqual(JSON.parse(t.ephemeral.presence.eduOf(ours)), {
    edu_type: 'm.presence',
    content: {
      push: [{ user_id: anna, presence: 'online', status_msg: 'å', last_active_ago: 0, currently_active: true }],
    },
  })
})
