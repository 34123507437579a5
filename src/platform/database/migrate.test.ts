// spec: docs/architecture.md (migrations)

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import {
  connectDatabase,
  type Migration,
  migrate,
  readMigrations,
  StartError,
  sharedMigrations,
  tenantMigrations,
} from './database.ts'
import { emptyTestDatabase } from './test-database.ts'

const migration = (number: number, sql: string): Migration => ({
  number,
  name: `step-${number}`,
  owner: 'test',
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
})

const one = migration(1, '-- owner: test\ncreate table a (id integer)')
const two = migration(2, 'create table b (id integer); insert into b values (1) -- a comment at the end')

async function emptyDatabase(t: TestContext) {
  const connections = await connectDatabase(await emptyTestDatabase(t), { clock: systemClock() })
  t.after(() => connections.close())
  const apply = (migrations: readonly Migration[]) =>
    connections.session((session) => migrate(session, 't_1', migrations))
  const ask = (sql: string) => connections.session((session) => session.run(sql))
  const numbers = async () =>
    (await ask('select number from t_1.migration order by number')).map((row) => row['number'])
  return { connections, apply, ask, numbers }
}

test('migrations are applied in order, once, and recorded', async (t) => {
  const { apply, ask, numbers } = await emptyDatabase(t)
  await apply([one])
  await apply([one, two])
  await apply([one, two])
  assert.deepEqual(await numbers(), [1, 2])
  assert.deepEqual(await ask('select id from t_1.b'), [{ id: 1 }])
})

test('several that start at once apply each migration once', async (t) => {
  const { apply, numbers } = await emptyDatabase(t)
  await Promise.all(Array.from({ length: 5 }, () => apply([one, two])))
  assert.deepEqual(await numbers(), [1, 2])
})

test('a migration that fails leaves nothing; the next start goes on from there', async (t) => {
  const { apply, ask, numbers } = await emptyDatabase(t)
  const broken = migration(2, 'create table b (id integer); insert into b values (1); select no_such_function()')
  await assert.rejects(apply([one, broken]), (error) => {
    assert.ok(error instanceof StartError)
    assert.match(error.message, /Migration 2 \(step-2\).*undone.*no_such_function/)
    return true
  })
  assert.deepEqual(await numbers(), [1])
  assert.deepEqual(await ask("select to_regclass('t_1.b') as b"), [{ b: null }])
  await apply([one, two])
  assert.deepEqual(await numbers(), [1, 2])
})

test('a migration interrupted by the death of its connection is rolled back, and the next one is not locked out', async (t) => {
  const { connections, apply, ask, numbers } = await emptyDatabase(t)
  await apply([one])
  const slow = migration(2, 'create table b (id integer); select pg_sleep(30)')
  const interrupted = assert.rejects(apply([one, slow]))
  const victims =
    "from pg_stat_activity where datname = current_database() and query like '%pg_sleep(30)%' and pid <> pg_backend_pid()"
  for (let found = 0; found === 0; ) found = (await ask(`select pg_terminate_backend(pid) ${victims}`)).length
  await interrupted
  await connections.session((session) => migrate(session, 't_1', [one, two]))
  assert.deepEqual(await numbers(), [1, 2])
})

test('a schema newer than the program is refused', async (t) => {
  const { apply } = await emptyDatabase(t)
  await apply([one, two])
  await assert.rejects(
    apply([one]),
    (error) => error instanceof StartError && /newer than this program/.test(error.message),
  )
})

test('a migration that was changed after it was applied is refused', async (t) => {
  const { apply } = await emptyDatabase(t)
  await apply([one])
  await assert.rejects(apply([migration(1, 'create table a (id bigint)')]), /not the one that schema t_1 was made with/)
})

test('a migration that came in below the newest one is refused', async (t) => {
  const { apply } = await emptyDatabase(t)
  await apply([migration(2, two.sql)])
  await assert.rejects(apply([one, migration(2, two.sql)]), /lacks number 1/)
})

test('files: number, name and owner are read; double numbers, missing owners and transactions are refused', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'migrations-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => writeFileSync(path.join(folder, name), text)
  file('0002-b.sql', '-- owner: rooms\ncreate table b ()')
  file('0001-a.sql', '-- owner: e2ee\ncreate table a ()')
  assert.deepEqual(
    readMigrations(folder).map(({ number, name, owner }) => [number, name, owner]),
    [
      [1, 'a', 'e2ee'],
      [2, 'b', 'rooms'],
    ],
  )
  const refused = (name: string, text: string, words: RegExp) => {
    file(name, text)
    assert.throws(() => readMigrations(folder), words)
    rmSync(path.join(folder, name))
  }
  refused('0002-c.sql', '-- owner: x\n', /Two migrations have the number 2/)
  refused('0003-c.sql', 'create table c ()', /first line/)
  refused('0003-c.sql', '-- owner: x\nbegin;\n', /transaction/)
  refused('3-c.sql', '-- owner: x\n', /NNNN-name/)
})

test("the project's own migrations have the numbers 1, 2, 3, … without a gap", () => {
  for (const folder of [sharedMigrations, tenantMigrations]) {
    const numbers = readMigrations(folder).map(({ number }) => number)
    assert.ok(numbers.length > 0)
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
    )
  }
})
