// The connection breaks at the commit itself: before it reaches the database, or after, when only the answer is lost.
// spec: docs/architecture.md §9

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { type Clock, FakeClock, systemClock } from '#platform/clock/clock.ts'
import { connectDatabase, type Schema, startEmbedded, statement } from '#platform/database/database.ts'
import { type TestScope, testDatabase } from '#platform/database/test-database.ts'
import type { Log } from '#platform/log/log.ts'
import { proxied } from './commit-proxy-for-tests.ts'
import { entries, makeLedger, readEntries } from './ledger-for-tests.ts'
import { HistoryLost, openStream, UnknownOutcome } from './stream.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

async function behindProxy(t: TestScope, clock: Clock = systemClock()) {
  const { connections: direct, settings } = await testDatabase(t)
  await makeLedger(direct, 'ledger')
  const { proxy, connections } = await proxied(t, settings, clock)
  const database = connections.schema('ledger')
  const stream = await openStream({ schema: database, clock, log: silent })
  return { proxy, database, direct: direct.schema('ledger'), stream }
}

const idsOf = async (database: Schema) => (await database.run(readEntries)).map(({ id }) => id)

test('the commit is lost on the way: it is done again, once', async (t) => {
  const { proxy, stream, database } = await behindProxy(t)
  await stream.append(entries('before'))
  proxy.next = 'lose'
  assert.deepEqual(await stream.append(entries('a', 2)), [2, 3])
  assert.deepEqual(
    (await database.run(readEntries)).map(({ id, position }) => `${position} ${id}`),
    ['1 before.0', '2 a.0', '3 a.1'],
  )
})

test('the answer to the commit is lost: the database is asked, and the act is not done twice', async (t) => {
  const { proxy, stream, database } = await behindProxy(t)
  await stream.append(entries('before'))
  proxy.next = 'cut'
  assert.deepEqual(await stream.append(entries('a', 2)), [2, 3])
  assert.deepEqual(await idsOf(database), ['before.0', 'a.0', 'a.1'])
  assert.equal(stream.head, 3)
})

test('the database does not come back in time: the outcome is unknown, and said to be', async (t) => {
  const clock = new FakeClock()
  const { proxy, stream, database } = await behindProxy(t, clock)
  await stream.append(entries('before'))
  proxy.next = 'cut'
  proxy.closed = true
  let settled = false
  const told = assert.rejects(stream.append(entries('a')), UnknownOutcome).finally(() => {
    settled = true
  })
  await proxy.broken
  // Readers' connections go too: there is nobody left to ask.
  while (!settled) {
    proxy.cutAll()
    await clock.advance(100)
  }
  await told
  proxy.closed = false
  assert.equal((await database.run(readEntries)).length, 2)
  await stream.refresh()
  assert.equal(stream.head, 2)
})

test('another process commits before the database can be asked: each act is found to be what it is', async (t) => {
  const { proxy, stream, database, direct } = await behindProxy(t)
  const other = await openStream({ schema: direct, clock: systemClock(), log: silent })
  await stream.append(entries('before'))
  proxy.next = 'cut'
  proxy.closed = true
  const first = stream.append(entries('a'))
  await proxy.broken
  for (const id of ['x', 'y']) await other.append(entries(id))
  proxy.closed = false
  assert.deepEqual(await first, [2])
  proxy.next = 'lose'
  proxy.closed = true
  const second = stream.append(entries('b'))
  await proxy.broken
  await other.append(entries('z'))
  proxy.closed = false
  assert.deepEqual(await second, [6])
  assert.deepEqual(await idsOf(database), ['before.0', 'a.0', 'x.0', 'y.0', 'z.0', 'b.0'])
})

const writeOther = statement<[number]>('test.write_other', 'insert into other (id) values ($1)')

/** A transaction's number reaches the disk with its commit: one that a crash took away is given out again. */
test('the commit is lost in a crash, and its number goes to a transaction of somebody else: it is done again', async (t) => {
  const clock = systemClock()
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-reuse-'))
  chmodSync(folder, 0o711)
  const server = await startEmbedded({ dataFolder: path.join(folder, 'data'), clock, log: silent })
  const direct = await connectDatabase(server.settings, { clock })
  t.after(async () => {
    await direct.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  })
  await makeLedger(direct, 'ledger')
  await direct.session((session) => session.run('create table public.other (id integer primary key)'))
  const { proxy, connections } = await proxied(t, server.settings, clock)
  const stream = await openStream({ schema: connections.schema('ledger'), clock, log: silent })
  await stream.append(entries('before'))

  const { pid } = server
  proxy.next = 'lose'
  proxy.closed = true
  // In the moment in which the commit is about to reach the server, which then has written nothing of it to the disk.
  proxy.onBreak = () => void (pid !== undefined && process.kill(pid, 'SIGKILL'))
  const appended = stream.append(entries('a'))
  await proxy.broken
  const others = direct.schema('public')
  const write = (id: number) => others.run(writeOther, id)
  // The first may be lost together with its connection.
  await write(0).catch(() => undefined)
  for (let id = 1; id <= 20; id++) await write(id)
  proxy.closed = false
  assert.deepEqual(await appended, [2])
  assert.deepEqual(await idsOf(direct.schema('ledger')), ['before.0', 'a.0'])
})

const goBack = statement('test.go_back', 'update stream_head set position = position - 1')

test('a database that has lost what it had acknowledged is not written to', async (t) => {
  const { stream, database, direct } = await behindProxy(t)
  await stream.append(entries('a', 2))
  await direct.run(goBack)
  await assert.rejects(stream.append(entries('b')), HistoryLost)
  assert.deepEqual(await idsOf(database), ['a.0', 'a.1'])
})
