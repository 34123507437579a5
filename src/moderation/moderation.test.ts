// Reports: who may report what, what is kept, and how much of it.
// spec: client-server-api #reporting-content

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { type TestLine, type TestServer, twoServers } from '#federation/servers-for-tests.ts'
import { FakeClock } from '#platform/clock/clock.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseEventId, parseRoomId, parseUserId, type UserId } from '#protocol/identifiers/identifiers.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { Moderation, type Reports } from './moderation.ts'

const scope = scopeOfFile()
let line: TestLine
let alfa: TestServer
let beta: TestServer
let anna: UserId
let bo: UserId
let cia: UserId
let reports: Reports
before(async () => {
  ;({ line, alfa, beta, anna, bo } = await twoServers(scope))
  cia = await alfa.user('cia')
  const { accounts, rooms } = alfa.running
  const { name: serverName, database } = alfa
  reports = new Moderation({ serverName, database, clock: line.clock, accounts, rooms }).reports
})

const refuses = (status: number, errcode: string) => (error: unknown) =>
  error instanceof MatrixError && error.status === status && error.errcode === errcode
const notFound = refuses(404, 'M_NOT_FOUND')
const reason = 'Det här är inte i sin ordning.'

test('an event is reported by those who are in its room and see it, and nobody else', async () => {
  const roomId = await alfa.createRoom(anna)
  const hidden = await alfa.say(roomId, anna, 'före')
  await alfa.setState(roomId, anna, 'm.room.history_visibility', { history_visibility: 'joined' })
  const secret = await alfa.say(roomId, anna, 'hemligt')
  await assert.rejects(reports.reportEvent({ reporter: cia, roomId, eventId: hidden, reason }), notFound)
  await alfa.join(roomId, cia, alfa)
  await assert.rejects(reports.reportEvent({ reporter: cia, roomId, eventId: secret, reason }), notFound)
  const unknown = parseEventId(`$${'A'.repeat(43)}`) ?? assert.fail()
  await assert.rejects(reports.reportEvent({ reporter: cia, roomId, eventId: unknown, reason }), notFound)
  const other = await alfa.createRoom(cia)
  await assert.rejects(reports.reportEvent({ reporter: cia, roomId: other, eventId: hidden, reason }), notFound)

  await reports.reportEvent({ reporter: cia, roomId, eventId: hidden, reason })
  const [{ id, ...report } = assert.fail()] = await reports.read({ limit: 1 })
  assert.ok(id > 0)
  assert.deepEqual(report, {
    ...{ time: line.clock.now(), reporter: cia, kind: 'event', roomId, eventId: hidden, userId: anna, reason },
  })
})

test('a room is reported by anyone who knows it, and an unknown one by nobody', async () => {
  const roomId = await alfa.createRoom(anna, { preset: 'private_chat' })
  await reports.reportRoom({ reporter: cia, roomId, reason: '' })
  assert.equal((await reports.read({ limit: 1, kind: 'room' }))[0]?.roomId, roomId)
  const unknown = parseRoomId(`!${'A'.repeat(43)}`) ?? assert.fail()
  await assert.rejects(reports.reportRoom({ reporter: cia, roomId: unknown, reason }), notFound)
})

test('a user is reported who has an account here, or is in a room that we know', async () => {
  await reports.reportUser({ reporter: cia, userId: anna, reason })
  await assert.rejects(reports.reportUser({ reporter: cia, userId: bo, reason }), notFound)
  const roomId = await beta.createRoom(bo)
  await alfa.join(roomId, anna, beta)
  await reports.reportUser({ reporter: cia, userId: bo, reason })
  const nobody = parseUserId('@ingen:alfa.example') ?? assert.fail()
  await assert.rejects(reports.reportUser({ reporter: cia, userId: nobody, reason }), notFound)
  const users = (await reports.read({ limit: 10, kind: 'user' })).map(({ userId }) => userId)
  assert.deepEqual(users, [bo, anna])
})

test('reasons are bounded, and any text is one', async () => {
  const report = (text: string) => reports.reportUser({ reporter: cia, userId: anna, reason: text })
  await assert.rejects(report('å'.repeat(2_001)), refuses(400, 'M_INVALID_PARAM'))
  await report('å'.repeat(2_000))
  await report("nul \0 och ' citat")
  assert.equal((await reports.read({ limit: 1 }))[0]?.reason, "nul  och ' citat")
})

test('one person makes a hundred reports a day, and is then told how long to wait', async () => {
  const eva = await alfa.user('eva')
  const clock = new FakeClock()
  const { accounts, rooms } = alfa.running
  const daily = new Moderation({ serverName: alfa.name, database: alfa.database, clock, accounts, rooms }).reports
  const report = () => daily.reportUser({ reporter: eva, userId: anna, reason: '' })
  for (let count = 0; count < 100; count++) await report()
  await clock.advance(3_600_000)
  await assert.rejects(report(), (error: unknown) => {
    assert.ok(error instanceof MatrixError)
    assert.deepEqual([error.status, error.extra['retry_after_ms']], [429, 23 * 3_600_000])
    return true
  })
  await daily.reportUser({ reporter: cia, userId: anna, reason: 'en annans' })
  await clock.advance(23 * 3_600_000)
  await report()
})

test('reports are read newest first, page by page', async () => {
  const all = await reports.read({ limit: 500 })
  const [first] = await reports.read({ limit: 1 })
  const rest = await reports.read({ limit: 500, before: first?.id })
  assert.deepEqual([first, ...rest], all)
  assert.ok(all.length > 100)
})
