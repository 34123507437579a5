// spec: docs/architecture.md §4

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { FakeClock, systemClock } from '#platform/clock/clock.ts'
import { readMigrations, statement, tenantMigrations } from '#platform/database/database.ts'
import { testDatabase } from '#platform/database/test-database.ts'
import type { Log } from '#platform/log/log.ts'
import { openStream } from '#platform/stream/stream.ts'
import { type FollowerOptions, follow } from './follow.ts'

interface Item {
  readonly position: number
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }
const savedCursor = statement<[], { position: number }>(
  'test.saved_cursor',
  "select position from follower where name = 'f'",
)

const { connections } = await testDatabase({ after })
let made = 0

/** A stream of bare facts whose items are their positions, in a schema of its own. */
async function followed() {
  made += 1
  const schema = `followed_${made}`
  const own = readMigrations(tenantMigrations).filter(({ owner }) => owner === 'platform')
  await connections.session((session) =>
    session.run(`create schema ${schema}; set search_path to ${schema}; ${own.map(({ sql }) => sql).join('\n')}`),
  )
  const database = connections.schema(schema)
  const stream = await openStream({ schema: database, clock: systemClock(), log: silent })
  const clock = new FakeClock()
  const handled: number[] = []
  const asked: string[] = []
  const options: FollowerOptions<Item> = {
    name: 'f',
    batch: 3,
    read: async (after, upTo, limit) => {
      asked.push(`(${after}, ${upTo}]`)
      const count = Math.min(limit, upTo - after)
      return Array.from({ length: count }, (_, i) => ({ position: after + 1 + i }))
    },
    handle: async (items) => void handled.push(...items.map(({ position }) => position)),
  }
  const parts = { stream, database, clock, log: silent }
  const append = (count = 1) => stream.append({ facts: Array.from({ length: count }, () => ({ kind: 'x' })), rows: [] })
  const saved = async () => (await database.one(savedCursor))?.position
  return {
    stream,
    clock,
    handled,
    asked,
    append,
    saved,
    options,
    start: (own = {}) => follow({ ...options, ...own }, parts),
  }
}

test('handles what was there before it started and what comes after, in order, in batches', async () => {
  const { append, start, handled, asked } = await followed()
  await append(5)
  const follower = await start()
  await follower.reached(5)
  await append(2)
  await follower.reached(7)
  assert.deepEqual(handled, [1, 2, 3, 4, 5, 6, 7])
  assert.deepEqual(asked, ['(0, 5]', '(3, 5]', '(5, 7]'])
  assert.equal(follower.cursor, 7)
  await follower.stop()
})

test('goes on after a stop from where it was; nothing twice, nothing lost', async () => {
  const { append, start, handled, saved } = await followed()
  await append(4)
  const first = await start()
  await first.reached(4)
  await first.stop()
  assert.equal(await saved(), 4)
  await append(2)
  const second = await start()
  await second.reached(6)
  assert.deepEqual(handled, [1, 2, 3, 4, 5, 6])
  await second.stop()
})

test('the cursor is saved at most each second', async () => {
  const { append, start, saved, clock } = await followed()
  const follower = await start()
  for (let i = 1; i <= 5; i++) {
    await append()
    await follower.reached(i)
  }
  assert.equal(await saved(), 0)
  await clock.advance(1_000)
  while ((await saved()) !== 5) await clock.advance(1)
  await follower.stop()
})

test('after a crash the last second comes again, and no more', async () => {
  const { append, start, handled, clock, saved } = await followed()
  const crashed = await start()
  await append(3)
  await crashed.reached(3)
  await clock.advance(1_000)
  while ((await saved()) !== 3) await clock.advance(1)
  await append(2)
  await crashed.reached(5)
  // Not stopped: its process is gone with what it had not saved.
  const next = await start()
  await next.reached(5)
  assert.deepEqual(handled, [1, 2, 3, 4, 5, 4, 5])
  await crashed.stop()
  await next.stop()
})

test('a batch that fails is tried again with back-off, and nothing behind it overtakes', async () => {
  const { append, start, handled, clock, options } = await followed()
  const tries: number[] = []
  const follower = await start({
    handle: async (items: readonly Item[]) => {
      tries.push(clock.now())
      if (tries.length <= 3) throw new Error('not yet')
      await options.handle(items)
    },
  })
  await append(2)
  while (tries.length < 4) await clock.advance(clock.pending > 0 ? 50 : 0)
  await follower.reached(2)
  assert.deepEqual(handled, [1, 2])
  const pauses = tries.slice(1).map((at, i) => at - (tries[i] ?? 0))
  assert.ok(
    pauses.every((pause, i) => pause >= 100 * 2 ** i && pause < 100 * 2 ** i + 100),
    String(pauses),
  )
  await follower.stop()
})

test('a stop waits for the batch under way, and ends a back-off at once', async () => {
  const { append, start, handled } = await followed()
  let finish = () => {}
  let entered = () => {}
  const inside = new Promise<void>((resolve) => {
    entered = resolve
  })
  const follower = await start({
    handle: async (items: readonly Item[]) => {
      entered()
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      handled.push(items.length)
    },
  })
  await append(1)
  await inside
  const stopping = follower.stop()
  finish()
  await stopping
  assert.deepEqual(handled, [1])
  const failing = await start({
    name: 'g',
    handle: async () => {
      throw new Error('always')
    },
  })
  await assert.rejects(Promise.all([failing.reached(1), failing.stop()]), /stopped before/)
  await assert.rejects(failing.reached(1), /stopped before/)
})

test('a new follower may begin at the head, and still begins there after a crash', async () => {
  const { append, start, handled } = await followed()
  await append(4)
  await start({ begin: 'head' })
  await append(2)
  const next = await start({ begin: 'head' })
  await next.reached(6)
  assert.deepEqual([...new Set(handled)], [5, 6])
  await next.stop()
})

test('an interval without items moves the cursor too', async () => {
  const { append, start, handled } = await followed()
  const follower = await start({ read: async () => [] })
  await append(9)
  await follower.reached(9)
  assert.deepEqual(handled, [])
  await follower.stop()
})

test('facts in memory of kinds that bring no items are passed without a read; its own are read', async () => {
  const { append, start, stream, handled, asked } = await followed()
  await append(2)
  // The ring of the stream holds them.
  const follower = await start({ kinds: ['mine'] })
  await follower.reached(2)
  assert.deepEqual(asked, [])
  await stream.append({ facts: [{ kind: 'x' }, { kind: 'mine' }], rows: [] })
  await follower.reached(4)
  assert.deepEqual([asked, handled], [['(2, 4]'], [3, 4]])
  await follower.stop()

  const forgetful = await start({ name: 'g', kinds: ['mine'], begin: 'start' })
  await forgetful.reached(4)
  assert.deepEqual(asked.slice(1), ['(0, 4]', '(3, 4]'])
  await forgetful.stop()
})
