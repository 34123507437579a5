// spec: docs/architecture.md §2

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import { createJobs } from './jobs.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

function jobsWith(fraction = 0.5) {
  const clock = new FakeClock()
  const random: Random = { bytes: (n) => new Uint8Array(n), text: (n) => 'x'.repeat(n), fraction: () => fraction }
  return { clock, jobs: createJobs({ clock, random, log: silent }) }
}

test('a periodic job runs after each interval, and goes on after a failure', async () => {
  const { clock, jobs } = jobsWith()
  const runs: number[] = []
  const start = clock.now()
  jobs.every('clean', 1_000, async () => {
    runs.push(clock.now() - start)
    if (runs.length === 2) throw new Error('once')
  })
  await clock.advance(3_500)
  assert.deepEqual(runs, [1_000, 2_000, 3_000])
  await jobs.stop()
})

test('runs never overlap: the interval begins when a run has ended', async () => {
  const { clock, jobs } = jobsWith()
  let running = 0
  let runs = 0
  jobs.every('slow', 1_000, async () => {
    running += 1
    runs += 1
    assert.equal(running, 1)
    await clock.wait(5_000)
    running -= 1
  })
  await clock.advance(13_000)
  assert.equal(runs, 3)
  const stopping = jobs.stop()
  await clock.advance(5_000)
  await stopping
})

test('the interval is spread by chance', async () => {
  for (const [fraction, expected] of [
    [0, 900],
    [0.999, 1_100],
  ] as const) {
    const { clock, jobs } = jobsWith(fraction)
    let ran = 0
    const start = clock.now()
    jobs.every('spread', 1_000, async () => {
      ran ||= clock.now() - start
    })
    await clock.advance(1_200)
    assert.ok(Math.abs(ran - expected) < 1, String(ran))
    await jobs.stop()
  }
})

test('a delayed job runs once', async () => {
  const { clock, jobs } = jobsWith()
  let runs = 0
  const job = jobs.after('once', 500, async () => {
    runs += 1
  })
  await clock.advance(499)
  assert.equal(runs, 0)
  await clock.advance(5_000)
  assert.equal(runs, 1)
  await job.runNow()
  assert.equal(runs, 1)
})

test('a cancelled job does not run', async () => {
  const { clock, jobs } = jobsWith()
  await jobs.after('never', 500, async () => assert.fail()).cancel()
  await clock.advance(1_000)
})

test('runNow runs at once, after a run under way, and the interval begins anew', async () => {
  const { clock, jobs } = jobsWith()
  let runs = 0
  const job = jobs.every('now', 1_000, async () => {
    runs += 1
  })
  await clock.advance(900)
  await job.runNow()
  assert.equal(runs, 1)
  await clock.advance(900)
  assert.equal(runs, 1)
  await clock.advance(100)
  assert.equal(runs, 2)
  await jobs.stop()
})

test('the stop tells the runs under way by their signal and waits for them; nothing starts afterwards', async () => {
  const { clock, jobs } = jobsWith()
  let ended = false
  jobs.every('long', 10, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    ended = true
  })
  await clock.advance(10)
  await jobs.stop()
  assert.equal(ended, true)
  assert.throws(() => jobs.after('late', 1, async () => {}), /after the stop/)
  await clock.advance(1_000)
})
