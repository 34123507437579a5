import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { roomsForTests } from '#ephemeral/rooms-for-tests.ts'
import { logTo } from '#platform/log/log.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { setRule, setRuleEnabled } from '#protocol/push-rules/push-rules.ts'
import { unreachableGateways } from './gateway-for-tests.ts'
import { Push } from './push.ts'

const t = roomsForTests()
const opened: Push[] = []
after(async () => {
  for (const push of opened) await push.stop()
})

async function open(): Promise<Push> {
  await t.settled
  const { serverName, database, stream, clock, accounts, rooms, ephemeral } = t
  const log = logTo({ write() {} })
  const options = { predefined: {} }
  const around = { accounts, rooms, ephemeral, gateways: unreachableGateways }
  const push = await Push.open({ serverName, database, stream, clock, log, ...around, options })
  opened.push(push)
  return push
}

const thePush = async () => opened[0] ?? (await open())

/** [notifications, highlights] of the whole room, the main timeline and each thread. */
async function unread(userId: UserId, roomId: RoomId) {
  const counts = (await (await thePush()).unreadCounts(userId, [roomId], t.stream.head)).get(roomId)
  const pair = (each: { notifications: number; highlights: number } | undefined) => [
    each?.notifications,
    each?.highlights,
  ]
  return {
    total: pair(counts?.total),
    main: pair(counts?.main),
    threads: Object.fromEntries([...(counts?.threads ?? [])].map(([root, each]) => [root, pair(each)])),
  }
}

const inThread = (root: EventId) => ({ 'm.relates_to': { rel_type: 'm.thread', event_id: root } })
const read = (userId: UserId, roomId: RoomId, eventId: EventId, thread?: string) =>
  t.ephemeral.receipts.set(userId, roomId, { 'm.read': eventId }, thread)

test('messages count for the others in the room, mentions as highlights, and nothing for the sender or a remote user', async () => {
  await thePush()
  const [anna, bo, cecilia] = [await t.user('anna'), await t.user('bo'), await t.user('cecilia')]
  const room = await t.room(anna, bo, cecilia, '@remote:hs2' as UserId)
  await t.say(room, anna)
  await t.say(room, anna, 'hej', { 'm.mentions': { user_ids: [bo] } })
  await t.rooms.send(room, { type: 'm.room.encrypted', sender: anna, content: { algorithm: 'm.megolm.v1.aes-sha2' } })
  await t.say(room, anna, 'a notice', { msgtype: 'm.notice' })
  assert.deepEqual((await unread(bo, room)).total, [3, 1])
  assert.deepEqual((await unread(cecilia, room)).total, [3, 0])
  assert.deepEqual((await unread(anna, room)).total, [0, 0])
  const rows = await t.database.run<[], { n: number }>({
    name: 'test.remote',
    text: `select count(*)::int as n from unread where user_id = '@remote:hs2'`,
    writes: false,
  })
  assert.equal(rows[0]?.n, 0)
})

test('a receipt at the end clears the room; one in the middle leaves what came after it', async () => {
  const [anna, bo] = [await t.user('anna2'), await t.user('bo2')]
  const room = await t.room(anna, bo)
  const events = [await t.say(room, anna), await t.say(room, anna), await t.say(room, anna)] as const
  assert.deepEqual((await unread(bo, room)).total, [3, 0])
  await read(bo, room, events[1])
  assert.deepEqual((await unread(bo, room)).total, [1, 0])
  await read(bo, room, events[2])
  assert.deepEqual((await unread(bo, room)).total, [0, 0])
})

test('of m.read and m.read.private the one further ahead counts', async () => {
  const [anna, bo] = [await t.user('anna3'), await t.user('bo3')]
  const room = await t.room(anna, bo)
  const events = [await t.say(room, anna), await t.say(room, anna), await t.say(room, anna)] as const
  await t.ephemeral.receipts.set(bo, room, { 'm.read.private': events[2] })
  await read(bo, room, events[0])
  assert.deepEqual((await unread(bo, room)).total, [0, 0])
})

test('threads are counted apart: main clears main, a thread its own, an unthreaded receipt all', async () => {
  const [anna, bo] = [await t.user('anna4'), await t.user('bo4')]
  const room = await t.room(anna, bo)
  const root = await t.say(room, anna)
  const other = await t.say(room, anna)
  const reply = await t.say(room, anna, 'one', inThread(root))
  await t.say(room, anna, 'two', inThread(other))
  const last = await t.say(room, anna)
  assert.deepEqual(await unread(bo, room), {
    total: [5, 0],
    main: [3, 0],
    threads: { [root]: [1, 0], [other]: [1, 0] },
  })
  await read(bo, room, last, 'main')
  assert.deepEqual(await unread(bo, room), {
    total: [2, 0],
    main: [0, 0],
    threads: { [root]: [1, 0], [other]: [1, 0] },
  })
  await read(bo, room, reply, root)
  assert.deepEqual(await unread(bo, room), { total: [1, 0], main: [0, 0], threads: { [other]: [1, 0] } })
  await read(bo, room, last)
  assert.deepEqual(await unread(bo, room), { total: [0, 0], main: [0, 0], threads: {} })
})

test('an unthreaded receipt in the middle does not bring back what a threaded one has read', async () => {
  const [anna, bo] = [await t.user('anna5'), await t.user('bo5')]
  const room = await t.room(anna, bo)
  const root = await t.say(room, anna)
  const reply = await t.say(room, anna, 'one', inThread(root))
  await t.say(room, anna)
  await read(bo, room, reply, root)
  await read(bo, room, root)
  assert.deepEqual(await unread(bo, room), { total: [1, 0], main: [1, 0], threads: {} })
})

test('by sending a message its sender has read what was before it', async () => {
  const [anna, bo] = [await t.user('anna6'), await t.user('bo6')]
  const room = await t.room(anna, bo)
  const root = await t.say(room, anna)
  await t.say(room, anna, 'in it', inThread(root))
  await t.say(room, bo, 'svar')
  assert.deepEqual(await unread(bo, room), { total: [1, 0], main: [0, 0], threads: { [root]: [1, 0] } })
  await t.say(room, anna)
  await read(bo, room, root)
  assert.deepEqual((await unread(bo, room)).main, [1, 0])
})

test('whom a user ignores does not notify them, and a muted room stays silent', async () => {
  const [anna, bo, cecilia] = [await t.user('anna7'), await t.user('bo7'), await t.user('cecilia7')]
  const room = await t.room(anna, bo, cecilia)
  await t.accounts.accountData.set({ userId: bo, type: 'm.ignored_user_list' }, { ignored_users: { [anna]: {} } })
  const push = await thePush()
  await push.rules.change(cecilia, (rules) => setRule(rules, { kind: 'room', ruleId: room, body: { actions: [] } }))
  await t.say(room, anna)
  assert.deepEqual((await unread(bo, room)).total, [0, 0])
  assert.deepEqual((await unread(cecilia, room)).total, [0, 0])
})

test('a rule of the user is in force for the next event, by keyword and by display name', async () => {
  const [anna, bo] = [await t.user('anna8'), await t.user('bo8')]
  const room = await t.room(anna, bo)
  await t.rooms.changeMembership({
    roomId: room,
    sender: bo,
    target: bo,
    membership: 'join',
    content: { displayname: 'Bosse B' },
  })
  const { rules } = await thePush()
  const actions = ['notify', { set_tweak: 'highlight' }]
  await rules.change(bo, (own) =>
    setRule(own, { kind: 'content', ruleId: 'brand', body: { pattern: 'brand', actions } }),
  )
  const byName = { conditions: [{ kind: 'contains_display_name' }], actions }
  await rules.change(bo, (own) => setRule(own, { kind: 'override', ruleId: 'name', body: byName }))
  await t.say(room, anna, 'Det brinner, brand!')
  await t.say(room, anna, 'bosse b, kom hit')
  await t.say(room, anna, 'brandbil')
  assert.deepEqual((await unread(bo, room)).total, [3, 2])
})

test('@room highlights for everyone when the sender may, and not otherwise', async () => {
  const [anna, bo] = [await t.user('anna9'), await t.user('bo9')]
  const room = await t.room(anna, bo)
  await t.say(room, anna, 'alla', { 'm.mentions': { room: true } })
  await t.say(room, bo, 'alla', { 'm.mentions': { room: true } })
  assert.deepEqual((await unread(bo, room)).total, [0, 0], 'read by sending')
  assert.deepEqual((await unread(anna, room)).total, [1, 0])
  await t.say(room, anna, 'alla', { 'm.mentions': { room: true } })
  assert.deepEqual((await unread(bo, room)).total, [1, 1])
})

test('who leaves begins at zero when they come back', async () => {
  const [anna, bo] = [await t.user('anna10'), await t.user('bo10')]
  const room = await t.room(anna, bo)
  await t.say(room, anna)
  await t.rooms.changeMembership({ roomId: room, sender: bo, target: bo, membership: 'leave' })
  await t.say(room, anna)
  await t.rooms.changeMembership({ roomId: room, sender: bo, target: bo, membership: 'join' })
  assert.deepEqual((await unread(bo, room)).total, [0, 0])
})

test('a follower that starts again from an old cursor counts nothing twice', async () => {
  const [anna, bo] = [await t.user('anna11'), await t.user('bo11')]
  const room = await t.room(anna, bo)
  await t.say(room, anna)
  assert.deepEqual((await unread(bo, room)).total, [1, 0])
  await Promise.all(opened.splice(0).map((push) => push.stop()))
  await t.database.run({ name: 'test.rewind', text: 'update follower set position = 0', writes: true })
  await t.say(room, anna)
  assert.deepEqual((await unread(bo, room)).total, [2, 0])
})

test('a change of rules is account data of its owner at its position, and the same change again is none', async () => {
  const bo = await t.user('bo12')
  const { rules } = await thePush()
  const before = t.stream.head
  assert.equal(await rules.accountData(bo, before - 1, before), undefined)
  assert.equal(JSON.parse((await rules.accountData(bo, 0, before)) ?? '').global.override[0].rule_id, '.m.rule.master')
  const mute = () => rules.change(bo, (own) => setRuleEnabled(own, 'override', '.m.rule.master', { enabled: true }))
  await mute()
  await mute()
  assert.deepEqual(
    t.stream.since(before)?.map(({ kind, user, payload }) => ({ kind, user, payload })),
    [{ kind: 'account-data', user: bo, payload: { type: 'm.push_rules' } }],
  )
  const content = JSON.parse((await rules.accountData(bo, before, t.stream.head)) ?? '')
  assert.equal(content.global.override[0].enabled, true)
  assert.equal(await rules.accountData(bo, t.stream.head, t.stream.head + 1), undefined)
})

test('two processes that change different rules at once lose neither', async () => {
  const bo = await t.user('bo13')
  const processes = [await thePush(), await open()]
  await Promise.all(
    processes.map(({ rules }, index) =>
      rules.change(bo, (own) =>
        setRule(own, { kind: 'content', ruleId: `r${index}`, body: { pattern: 'b', actions: [] } }),
      ),
    ),
  )
  const ids = (await processes[1]?.rules.get(bo))?.content.map((rule) => rule.rule_id)
  assert.deepEqual(new Set(ids), new Set(['r0', 'r1']))
})

test('the badge counts over all rooms', async () => {
  const [anna, bo] = [await t.user('anna14'), await t.user('bo14')]
  const rooms = [await t.room(anna, bo), await t.room(anna, bo)]
  for (const room of rooms) await t.say(room, anna)
  await t.say(rooms[0] as RoomId, anna)
  for (const room of rooms) await unread(bo, room)
  assert.deepEqual(await (await thePush()).unreadTotal(bo), { rooms: 2, notifications: 3 })
})

test('who joins is counted from then on, with their own rules, and who leaves no more', async () => {
  const [anna, bo, cecilia] = [await t.user('anna15'), await t.user('bo15'), await t.user('cecilia15')]
  const room = await t.room(anna)
  const body = { pattern: 'hej', actions: ['notify', { set_tweak: 'highlight' }] }
  await (await thePush()).rules.change(cecilia, (own) => setRule(own, { kind: 'content', ruleId: 'hej', body }))
  await t.say(room, anna)
  await unread(bo, room)
  const join = (target: UserId) =>
    t.rooms.changeMembership({ roomId: room, sender: target, target, membership: 'join' })
  await Promise.all([join(bo), join(cecilia)])
  await t.say(room, anna)
  assert.deepEqual(
    [(await unread(bo, room)).total, (await unread(cecilia, room)).total],
    [
      [1, 0],
      [1, 1],
    ],
  )
  await t.rooms.changeMembership({ roomId: room, sender: bo, target: bo, membership: 'leave' })
  await t.say(room, anna)
  const ofCecilia = (await unread(cecilia, room)).total // counted up to here
  const rows = await t.database.run<[string], { n: number }>(
    { name: 'test.left', text: 'select count(*)::int as n from unread where user_id = $1', writes: false },
    bo,
  )
  assert.deepEqual([ofCecilia, rows[0]?.n], [[2, 2], 0])
})

test('two processes that follow the same stream count every event once', async () => {
  const [anna, bo] = [await t.user('anna16'), await t.user('bo16')]
  const room = await t.room(anna, bo)
  if (opened.length < 2) await open()
  for (let round = 0; round < 5; round += 1) await Promise.all([t.say(room, anna), t.say(room, anna)])
  const all = await Promise.all(opened.map((push) => push.unreadCounts(bo, [room], t.stream.head)))
  for (const counts of all) assert.deepEqual(counts.get(room)?.total, { notifications: 10, highlights: 0 })
})
