// What a destination costs, and what becomes of transactions that are not taken.
// spec: server-server-api #transactions; docs/architecture.md §9

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Failure } from '#federation/transport/transport.ts'
import { FakeClock } from '#platform/clock/clock.ts'
import { type Schema, statement } from '#platform/database/database.ts'
import { seededRandom } from '#platform/random/random.ts'
import type { RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { settle, type TestLine, type TestServer, twoServers } from '../servers-for-tests.ts'
import { isRefusedForGood, Pauses } from './pauses.ts'

const scope = scopeOfFile()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let roomId: RoomId
before(async () => {
  const two = await twoServers(scope)
  ;({ line, alfa, beta, anna } = two)
  roomId = await alfa.createRoom(anna)
  await beta.join(roomId, two.bo, alfa)
  await settle(alfa, beta)
})

const readRows = statement<[], { server_name: string; position: number }>(
  'test.read_destinations',
  'select server_name, position from destination',
)
const rowsOf = (database: Schema) => database.run(readRows)

/** What has been sent is written down each second. */
async function saved(): Promise<void> {
  await settle(alfa, beta)
  await line.clock.advance(1_000)
  await settle(alfa, beta)
}

test('a server that answers costs no row, and one that is away one, however much waits for it', async () => {
  await alfa.say(roomId, anna, 'framme')
  await saved()
  assert.deepEqual(await rowsOf(alfa.database), [])
  line.cut(alfa, beta)
  const before = alfa.running.stream.head
  for (let index = 0; index < 20; index++) await alfa.say(roomId, anna, `kvar ${index}`)
  await settle(alfa, beta)
  const rows = await rowsOf(alfa.database)
  assert.deepEqual(
    rows.map((row) => row.server_name),
    [beta.name],
  )
  assert.ok((rows[0]?.position ?? 0) <= before)
  await line.heal(alfa, beta)
  await saved()
  assert.deepEqual(await rowsOf(alfa.database), [])
  assert.equal((await beta.messages(roomId)).length, 21)
})

test('transaction IDs of two runs of the program are different', async () => {
  const idOf = (target: string) => decodeURIComponent(target.slice(target.lastIndexOf('/') + 1))
  const seen = new Set<string>()
  const from = line.network.requests.length
  for (let run = 0; run < 3; run++) {
    await alfa.restart()
    await alfa.say(roomId, anna, `körning ${run}`)
    await settle(alfa, beta)
  }
  const sent = line.network.requests.slice(from).filter(({ target }) => target.includes('/v1/send/'))
  for (const { target } of sent) seen.add(idOf(target))
  assert.equal(seen.size, sent.length)
  assert.ok(sent.length >= 3)
})

test('a server that shows life is sent to at once, before its pause is over', async () => {
  line.cut(alfa, beta)
  await alfa.say(roomId, anna, 'väntar')
  await settle(alfa, beta)
  line.network.heal(alfa.name, beta.name)
  alfa.running.transport.markAlive(beta.name)
  await settle(alfa, beta)
  assert.equal((await beta.messages(roomId)).at(-1), 'väntar')
})

const refused = (status: number, retryAfter?: number): Failure => ({
  kind: 'refused',
  destination: 'beta.example' as ServerName,
  status,
  errcode: undefined,
  ...(retryAfter !== undefined && { retryAfter }),
})

test('pauses grow to an hour and no further, and end with an answer', () => {
  const pauses = new Pauses({ clock: new FakeClock(), random: seededRandom(1) })
  const taken = Array.from({ length: 20 }, () => pauses.after(refused(500), undefined))
  assert.ok((taken[0] ?? 0) <= 1_000)
  assert.ok(taken.every((pause, index) => index === 0 || pause >= (taken[index - 1] ?? 0) * 0.75))
  assert.ok(taken.every((pause) => pause <= 3_600_000))
  assert.ok((taken.at(-1) ?? 0) >= 2_700_000)
  pauses.reset()
  assert.ok(pauses.after(refused(500), undefined) <= 1_000)
})

test('a server that says how long to wait is not asked before', () => {
  const pauses = new Pauses({ clock: new FakeClock(), random: seededRandom(1) })
  assert.equal(pauses.after(refused(429, 90_000), undefined), 90_000)
})

test('a transaction that will never do is passed over after three refusals; one of another kind never', () => {
  assert.equal(isRefusedForGood(refused(400), 2), false)
  assert.equal(isRefusedForGood(refused(400), 3), true)
  assert.equal(isRefusedForGood(refused(413), 3), true)
  for (const status of [401, 403, 404, 429, 500, 502]) assert.equal(isRefusedForGood(refused(status), 100), false)
  assert.equal(isRefusedForGood({ kind: 'bad-answer', destination: 'b' as ServerName, reason: 'x' }, 100), false)
})

test('a ban of somebody who was never there makes us look for no server', async () => {
  const from = line.network.requests.length
  const target = '@vem:finns.inte.example' as UserId
  await alfa.rooms.changeMembership({ roomId, sender: anna, target, membership: 'ban' })
  await settle(alfa, beta)
  const asked = line.network.requests.slice(from).map(({ to }) => to)
  assert.deepEqual([...new Set(asked)], [beta.name])
})

test('a crash between the decision and the answer loses nothing: the row is there before the follower moves on', async () => {
  line.cut(alfa, beta)
  await alfa.say(roomId, anna, 'efter kraschen')
  await settle(alfa, beta)
  const [row] = await rowsOf(alfa.database)
  assert.equal(row?.server_name, beta.name)
  // Nothing of the old run is stopped in order: a new one begins over the same tables.
  await alfa.crash()
  await line.heal(alfa, beta)
  await settle(alfa, beta)
  assert.equal((await beta.messages(roomId)).filter((body) => body === 'efter kraschen').length, 1)
})
