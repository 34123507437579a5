// spec: docs/architecture.md, decision 1

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '#platform/clock/clock.ts'
import { StatementFailed } from '#platform/database/database.ts'
import { testDatabase } from '#platform/database/test-database.ts'
import type { Log } from '#platform/log/log.ts'
import {
  entries,
  entryWriter,
  latestWriter,
  makeLedger,
  readEntries,
  readLatest,
  readNotes,
  readSerials,
} from './ledger-for-tests.ts'
import { openStream, StaleAct, type Stream, StreamOverloaded, write } from './stream.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

const { connections } = await testDatabase({ after })
let made = 0

async function ledger() {
  made += 1
  const schema = `ledger_${made}`
  await makeLedger(connections, schema)
  const database = connections.schema(schema)
  const stream = await openStream({ schema: database, clock: systemClock(), log: silent })
  return { schema, database, stream }
}

test('positions follow the order of the calls, without a gap, one for each fact', async () => {
  const { stream, database } = await ledger()
  const taken = await Promise.all(['a', 'b', 'c'].map((id, i) => stream.append(entries(id, i + 1))))
  assert.deepEqual(taken, [[1], [2, 3], [4, 5, 6]])
  assert.equal(stream.head, 6)
  const stored = (await database.run(readEntries)).map(({ id, position }) => `${position} ${id}`)
  assert.deepEqual(stored, ['1 a.0', '2 b.0', '3 b.1', '4 c.0', '5 c.1', '6 c.2'])
})

test('what waits while a commit is under way goes together in the next', async () => {
  const { stream } = await ledger()
  const sizes: number[] = []
  stream.onCommit((facts) => sizes.push(facts.length))
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => stream.append(entries(`x${i}`))))
  assert.equal(
    sizes.reduce((sum, n) => sum + n, 0),
    1_000,
  )
  assert.ok(sizes.length <= 8, `${sizes.length} commits`)
  assert.ok(Math.max(...sizes) <= 256)
})

test('what an act has in memory has its positions before anybody is woken, or told', async () => {
  const { stream } = await ledger()
  const seen: string[] = []
  stream.onCommit((facts) => seen.push(`woken by ${facts.length}`))
  const append = async (id: string, count: number) => {
    const durable = (positions: readonly number[]) => void seen.push(`${id} has ${positions}`)
    await stream.append({ ...entries(id, count), durable })
    seen.push(`${id} is told`)
  }
  await Promise.all([append('a', 1), append('b', 2)])
  assert.deepEqual(seen, ['a has 1', 'b has 2,3', 'woken by 3', 'a is told', 'b is told'])
})

test('an act without facts is stored and takes no position; nobody is woken', async () => {
  const { stream, database } = await ledger()
  let woken = 0
  stream.onCommit(() => {
    woken += 1
  })
  assert.deepEqual(await stream.append({ facts: [], rows: [write(latestWriter, { name: 'n', value: 'v' })] }), [])
  assert.deepEqual(await database.run(readLatest), [{ name: 'n', value: 'v' }])
  assert.deepEqual([stream.head, woken], [0, 0])
})

test('rows with the same key in one commit: the last one wins', async () => {
  const { stream, database } = await ledger()
  const latest = (value: string) => ({ facts: [], rows: [write(latestWriter, { name: 'n', value })] })
  await Promise.all(['1', '2', '3'].map((value) => stream.append(latest(value))))
  assert.deepEqual(await database.run(readLatest), [{ name: 'n', value: '3' }])
})

test('an act that is at fault fails alone, with the reason, and leaves nothing and no gap', async () => {
  const { stream, database } = await ledger()
  const acts = Array.from({ length: 40 }, (_, i) => stream.append(entries(`a${i}`, 1, i % 13 === 5 ? 'bad' : 'good')))
  const results = await Promise.allSettled(acts)
  const failed = results.flatMap((result, i) => (result.status === 'rejected' ? [i] : []))
  assert.deepEqual(failed, [5, 18, 31])
  for (const result of results)
    if (result.status === 'rejected')
      assert.ok(result.reason instanceof StatementFailed && result.reason.code === '23514')
  assert.deepEqual(
    (await database.run(readEntries)).map(({ position }) => position),
    Array.from({ length: 37 }, (_, i) => i + 1),
  )
  assert.equal((await database.run(readNotes)).length, 37)
  assert.equal(stream.head, 37)
})

test('an act whose values cannot be written down fails alone', async () => {
  const { stream } = await ledger()
  const broken = {
    ...entryWriter,
    columns: () => {
      throw new TypeError('no such member')
    },
  }
  const [good, bad, next] = await Promise.allSettled([
    stream.append(entries('a')),
    stream.append({ facts: [{ kind: 'entry' }], rows: [write(broken, { id: 'b', text: '' }, 0)] }),
    stream.append(entries('c')),
  ])
  assert.deepEqual([good.status, bad.status, next.status], ['fulfilled', 'rejected', 'fulfilled'])
  assert.equal(stream.head, 2)
})

test('an act whose guard does not hold is refused as stale, and nothing of its guards stays', async () => {
  const { stream, database } = await ledger()
  const guarded = (id: string, account: number, expected: number) =>
    stream.append(entries(id, 1, 'good', { account, expected }))
  const results = await Promise.allSettled([
    guarded('a', 1, 0),
    guarded('b', 2, 7),
    guarded('c', 3, 0),
    guarded('d', 1, 1),
  ])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
  assert.ok(results[1]?.status === 'rejected' && results[1].reason instanceof StaleAct)
  assert.equal(results[1].reason.guard, 'test.take_serial')
  assert.deepEqual(
    (await database.run(readSerials)).map(({ serial }) => serial),
    [2, 0, 1, 0],
  )
  assert.equal(stream.head, 3)
})

test('two acts take the same turn: exactly one gets it', async () => {
  const { stream } = await ledger()
  for (let turn = 0; turn < 5; turn++) {
    const act = (id: string) => stream.append(entries(`${id}${turn}`, 1, 'good', { account: 1, expected: turn }))
    await act('first')
    await assert.rejects(act('second'), StaleAct)
  }
})

test('onCommit: register, then read, and nothing is missed; the facts carry their payload', async () => {
  const { stream } = await ledger()
  await stream.append(entries('a'))
  const seen: string[] = []
  const stop = stream.onCommit((facts) => {
    for (const { position, payload } of facts) seen.push(`${position} ${payload}`)
  })
  assert.deepEqual(
    stream.since(0)?.map(({ payload }) => payload),
    ['a.0'],
  )
  await stream.append(entries('b', 2))
  assert.deepEqual(seen, ['2 b.0', '3 b.1'])
  stop()
  await stream.append(entries('c'))
  assert.equal(seen.length, 2)
})

test('a reader that throws when it is woken disturbs nobody', async () => {
  const { stream } = await ledger()
  const seen: number[] = []
  stream.onCommit(() => {
    throw new Error('mine')
  })
  stream.onCommit((facts) => seen.push(facts.length))
  await stream.append(entries('a'))
  assert.deepEqual(seen, [1])
})

test('when the caller learns of its commit, head and ring already know it', async () => {
  const { stream } = await ledger()
  const [position] = await stream.append(entries('a'))
  assert.equal(stream.head, position)
  assert.deepEqual(
    stream.since(0)?.map((fact) => fact.position),
    [1],
  )
})

test('more waiting acts than the bound are refused, and the others are stored', async () => {
  const { stream } = await ledger()
  const acts = Array.from({ length: 16_484 }, () => stream.append({ facts: [{ kind: 'entry' }], rows: [] }))
  const refused = (await Promise.allSettled(acts)).filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 100)
  assert.ok(refused.every(({ reason }) => reason instanceof StreamOverloaded))
  assert.equal(stream.head, 16_384)
})

test('another process commits in between: positions stay gapless, and what we do not know is unknown, not skipped', async () => {
  const { stream, database } = await ledger()
  const other = await openStream({ schema: database, clock: systemClock(), log: silent })
  await stream.append(entries('ours'))
  await other.append(entries('theirs'))
  const wakes: number[] = []
  stream.onCommit((facts) => wakes.push(facts.length))
  assert.deepEqual(await stream.append(entries('ours again')), [3])
  assert.deepEqual(wakes, [0, 1])
  assert.equal(stream.since(1), undefined)
  assert.deepEqual(
    stream.since(2)?.map(({ position }) => position),
    [3],
  )
  assert.equal(other.head, 2)
  await other.refresh()
  assert.equal(other.head, 3)
  assert.equal(other.since(2), undefined)
  assert.deepEqual(other.since(3), [])
})

test('two processes at once, with failures mixed in: gapless, in commit order, all or nothing', async () => {
  const { database, schema, stream } = await ledger()
  const streams: Stream[] = [stream]
  for (let i = 0; i < 2; i++)
    streams.push(await openStream({ schema: connections.schema(schema), clock: systemClock(), log: silent }))
  const plan = fc.array(
    fc.record({
      stream: fc.nat(2),
      count: fc.integer({ min: 1, max: 3 }),
      kind: fc.constantFrom(
        'good' as const,
        'good' as const,
        'good' as const,
        'bad' as const,
        'stale' as const,
        'doubled' as const,
      ),
    }),
    { minLength: 1, maxLength: 60 },
  )
  let run = 0
  const given = new Map<string, readonly number[]>()
  await fc.assert(
    fc.asyncProperty(plan, async (acts) => {
      run += 1
      const id = (i: number) => `${run}.${acts[i]?.kind === 'doubled' ? 'same' : i}`
      const results = await Promise.allSettled(
        acts.map(({ stream, count, kind }, i) => {
          const guard = kind === 'stale' ? { account: 4, expected: 999 } : undefined
          return streams[stream]?.append(entries(id(i), count, kind === 'bad' ? 'bad' : 'good', guard))
        }),
      )
      for (const [i, result] of results.entries()) {
        const kind = acts[i]?.kind
        if (kind === 'good') assert.equal(result.status, 'fulfilled')
        if (kind === 'bad' || kind === 'stale') assert.equal(result.status, 'rejected')
        if (result.status === 'fulfilled') given.set(id(i), result.value ?? [])
      }
      assert.equal(acts.filter(({ kind }) => kind === 'doubled').length > 0, given.has(`${run}.same`))
      inOrderOfCalls(acts, given, id)
    }),
    { numRuns: 15 },
  )
  const stored = await database.run(readEntries)
  assert.deepEqual(
    stored.map(({ position }) => position),
    stored.map((_, i) => i + 1),
  )
  // What was acknowledged is exactly what is there, at the positions that were given.
  const expected = [...given].flatMap(([id, positions]) => positions.map((position, i) => `${position} ${id}.${i}`))
  assert.deepEqual(stored.map(({ id, position }) => `${position} ${id}`).sort(), expected.sort())
  assert.equal((await database.run(readNotes)).length, given.size)
})

/** Acts of one stream have positions in the order of the calls. */
function inOrderOfCalls(
  acts: readonly { readonly stream: number; readonly kind: string }[],
  given: ReadonlyMap<string, readonly number[]>,
  id: (i: number) => string,
): void {
  const last = [0, 0, 0]
  for (const [i, { stream, kind }] of acts.entries()) {
    if (kind !== 'good') continue
    const first = given.get(id(i))?.[0] ?? 0
    assert.ok(first > (last[stream] ?? 0))
    last[stream] = first
  }
}

test('the connection is broken under the commits: each act is stored once, and acknowledged exactly when it is', async () => {
  const { stream, database } = await ledger()
  const acknowledged: string[] = []
  let running = true
  const writer = async (name: string) => {
    for (let i = 0; running; i++) {
      await stream.append(entries(`${name}.${i}`, 2))
      acknowledged.push(`${name}.${i}`)
    }
  }
  const writers = Promise.all(Array.from({ length: 8 }, (_, i) => writer(String(i)))).finally(() => {
    running = false
  })
  const committing = `from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and (query = 'commit' or query like 'insert into test_entry%' or query like 'update stream_head%')`
  let killed = 0
  while (killed < 6 && running) {
    const before = acknowledged.length
    const rows = await connections.session((session) => session.run(`select pg_terminate_backend(pid) ${committing}`))
    if (rows.length > 0) killed += 1
    while (acknowledged.length === before && running) await new Promise(setImmediate)
  }
  running = false
  await writers
  const stored = await database.run(readEntries)
  assert.deepEqual(
    stored.map(({ position }) => position),
    stored.map((_, i) => i + 1),
  )
  assert.deepEqual((await database.run(readNotes)).map(({ id }) => id).sort(), acknowledged.sort())
})

test('a schema without its counter is told at the opening', async () => {
  const { schema, database } = await ledger()
  await connections.session((session) => session.run(`delete from ${schema}.stream_head`))
  await assert.rejects(openStream({ schema: database, clock: systemClock(), log: silent }), /stream_head is empty/)
})
