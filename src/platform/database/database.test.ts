// spec: docs/architecture.md, decision 1 and §6

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import {
  connectDatabase,
  DatabaseBusy,
  DatabaseUnavailable,
  isUniqueViolation,
  query,
  type Schema,
  StatementFailed,
  statement,
} from './database.ts'
import { testDatabase } from './test-database.ts'

const insert = statement<[id: number, text: string]>('test.insert', 'insert into test_thing (id, text) values ($1, $2)')
const list = statement<[], { id: number; text: string }>('test.list', 'select id, text from test_thing order by id')
const count = statement<[], { n: number }>('test.count', 'select count(*) as n from test_thing')
const divide = statement<[by: number], { n: number }>('test.divide', 'select 1 / $1::integer as n')
const backend = statement<[], { pid: number }>('test.backend', 'select pg_backend_pid() as pid')

async function withThings(t: { after(act: () => Promise<void>): void }) {
  const test = await testDatabase(t)
  await test.connections.session(async (session) => {
    await session.run('set search_path to tenant; create table test_thing (id bigint primary key, text text not null)')
  })
  return test
}

test('bigint comes back as a number, bytea as bytes, JSON as text; a number beyond 2^53 is an error, never rounded', async (t) => {
  const { database } = await testDatabase(t)
  const values = statement<[], { big: number; bytes: Uint8Array; json: string; bigs: number[] }>(
    'test.values',
    `select 9007199254740991::bigint as big, '\\x00ff'::bytea as bytes, '{"b": 1,  "a": 2}'::json as json, array[1, 2]::bigint[] as bigs`,
  )
  const row = await database.one(values)
  assert.equal(row?.big, Number.MAX_SAFE_INTEGER)
  assert.deepEqual([...(row?.bytes ?? [])], [0, 255])
  assert.equal(row?.json, '{"b": 1,  "a": 2}')
  assert.deepEqual(row?.bigs, [1, 2])
  const tooBig = statement<[], { big: number }>('test.too_big', 'select 9007199254740992::bigint as big')
  await assert.rejects(database.one(tooBig), RangeError)
  assert.equal((await database.one(divide, 1))?.n, 1)
})

test('atomically: all or nothing, results in order, and the lane goes on after a failure', async (t) => {
  const { database } = await withThings(t)
  const [, , rows] = await database.atomically([query(insert, 1, 'a'), query(insert, 2, 'b'), query(list)])
  assert.deepEqual(rows, [
    { id: 1, text: 'a' },
    { id: 2, text: 'b' },
  ])
  const failing = database.atomically([query(insert, 3, 'c'), query(insert, 1, 'again'), query(insert, 4, 'd')])
  await assert.rejects(
    failing,
    (error) => isUniqueViolation(error, 'test_thing_pkey') && !isUniqueViolation(error, 'other'),
  )
  assert.equal((await database.one(count))?.n, 2)
})

test('a refused statement is told with its name and SQLSTATE, without the values', async (t) => {
  const { database } = await withThings(t)
  await database.run(insert, 1, 'secret words')
  await assert.rejects(database.run(insert, 1, 'secret words'), (error) => {
    assert.ok(error instanceof StatementFailed)
    assert.equal(error.code, '23505')
    assert.equal(error.statement, 'test.insert')
    assert.doesNotMatch(String(error.stack), /secret words/)
    return true
  })
  await assert.rejects(database.run(divide, 0), { code: '22012' })
})

test('a statement whose first use falls into a failed transaction does not fail those behind', async (t) => {
  const { database } = await withThings(t)
  const first = statement<[], { n: number }>('test.first_use', 'select 1 as n from test_thing for update')
  const lone = statement<[number]>('test.lone', 'update test_thing set text = text where id = $1')
  // One lane: the failing transaction, and right behind it in the pipeline others that use what it was to prepare.
  const failing = database.atomically([query(divide, 0), query(first), query(lone, 1)])
  const behind = Array.from({ length: 6 }, () => database.atomically([query(lone, 1), query(first)]))
  await assert.rejects(failing, { code: '22012' })
  await Promise.all(behind)
})

test('tenants that share connections never see each other, however their queries mix', async (t) => {
  const { connections } = await testDatabase(t)
  const names = Array.from({ length: 12 }, (_, i) => `mixed_${i}`)
  await connections.session(async (session) => {
    for (const [i, name] of names.entries())
      await session.run(`create schema ${name}; create table ${name}.test_thing (id bigint primary key, text text);
        insert into ${name}.test_thing values (${i}, '${name}')`)
  })
  const schemas = names.map((name) => connections.schema(name))
  const reads: Promise<void>[] = []
  for (let round = 0; round < 40; round++)
    for (const [i, schema] of schemas.entries()) {
      const act = async () => {
        if (round % 10 === 9) await schema.atomically([query(insert, 100 + round, 'x'), query(count)])
        const rows = await schema.run(list)
        assert.deepEqual(rows[0], { id: i, text: names[i] })
      }
      reads.push(act())
    }
  await Promise.all(reads)
})

test('a connection that has worked in many schemas is replaced, without an error', async (t) => {
  const { settings } = await testDatabase(t)
  const connections = await connectDatabase(settings, { clock: systemClock(), readLanes: 1, writeLanes: 1 })
  t.after(() => connections.close())
  const pids = new Set<number>()
  for (let i = 0; i < 120; i++) pids.add((await connections.schema(`none_${i}`).one(backend))?.pid ?? 0)
  assert.equal(pids.size, 3)
})

test('a read does not wait behind a transaction that is open, nor do writes of others', async (t) => {
  const { database } = await withThings(t)
  let finish = () => {}
  const held = new Promise<void>((resolve) => {
    finish = resolve
  })
  const open = database.transaction(async (transaction) => {
    await transaction.ask({ ...insert, values: [1, 'a'] })
    await held
    await transaction.commit()
  })
  assert.equal((await database.one(count))?.n, 0)
  await database.run(insert, 2, 'b')
  finish()
  await open
  assert.equal((await database.one(count))?.n, 2)
})

test('a transaction without commit, and one whose body throws, leave nothing', async (t) => {
  const { database } = await withThings(t)
  await database.transaction((transaction) => transaction.ask({ ...insert, values: [1, 'a'] }))
  const body = async (transaction: Parameters<Parameters<Schema['transaction']>[0]>[0]) => {
    await transaction.ask({ ...insert, values: [2, 'b'] })
    throw new Error('no')
  }
  await assert.rejects(database.transaction(body), { message: 'no' })
  assert.equal((await database.one(count))?.n, 0)
})

test('a lost connection: the call under way is told that its outcome is unknown, the next one works', async (t) => {
  const { database, connections } = await testDatabase(t)
  const sleep = statement<[]>('test.sleep', 'select pg_sleep(30)')
  const pid = (await database.one(backend))?.pid ?? 0
  const slow = database.run(sleep)
  const told = assert.rejects(slow, (error) => error instanceof DatabaseUnavailable && error.outcome === 'unknown')
  await connections.session((session) => session.run(`select pg_terminate_backend(${pid})`))
  await told
  assert.notEqual((await database.one(backend))?.pid, pid)
})

test('calls beyond the bound are refused at once, and those before them are answered', async (t) => {
  const { settings } = await testDatabase(t)
  const connections = await connectDatabase(settings, { clock: systemClock(), readLanes: 1, writeLanes: 1 })
  t.after(() => connections.close())
  const schema = connections.schema('tenant')
  const calls = await Promise.allSettled(Array.from({ length: 10_200 }, () => schema.run(divide, 1)))
  const refused = calls.filter((call) => call.status === 'rejected')
  assert.ok(refused.length > 0 && refused.length <= 200, String(refused.length))
  assert.ok(refused.every((call) => call.reason instanceof DatabaseBusy))
})

test('a busy tenant does not keep another waiting for longer than a turn', async (t) => {
  const { settings, connections: first } = await testDatabase(t)
  await first.session((session) => session.run('create schema quiet'))
  const connections = await connectDatabase(settings, { clock: systemClock(), readLanes: 1, writeLanes: 1 })
  t.after(() => connections.close())
  const done: string[] = []
  const note = (name: string) => () => void done.push(name)
  const busy = Array.from({ length: 2_000 }, () => connections.schema('tenant').run(divide, 1).then(note('busy')))
  const quiet = connections.schema('quiet').run(divide, 1).then(note('quiet'))
  await Promise.all([...busy, quiet])
  assert.ok(done.indexOf('quiet') < 300, `the quiet tenant came at place ${done.indexOf('quiet')}`)
})

test('closing waits for what is under way and refuses what comes after', async (t) => {
  const { settings } = await testDatabase(t)
  const connections = await connectDatabase(settings, { clock: systemClock() })
  const schema = connections.schema('tenant')
  const under = schema.run(divide, 1)
  const closing = connections.close()
  await assert.rejects(schema.run(divide, 1), DatabaseUnavailable)
  assert.deepEqual(await under, [{ n: 1 }])
  await closing
})
