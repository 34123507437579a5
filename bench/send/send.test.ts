import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchSend } from './send.ts'

/** How fast it is, is for `npm run bench` on a quiet machine to say: here only that it measures, and that nothing is refused. */
test('the send measurement drives both servers and tells figures of both', { timeout: 900_000 }, async () => {
  const results: Readonly<Record<string, unknown>>[] = []
  const report = { note() {}, result: (facts: Readonly<Record<string, unknown>>) => void results.push(facts) }
  await benchSend({ connections: 8, duration: 1_000, rounds: 1, nodeOptions: [] }, report)
  assert.deepEqual(
    results.map(({ scenario }) => scenario),
    ['send/limit', 'send/samband', 'send/ratio'],
  )
  for (const facts of results.slice(0, 2)) {
    assert.equal(facts['refused'], 0)
    assert.ok(Number(facts['eventsPerSecond']) > 0)
    assert.ok(Number(facts['node']) > 0)
    assert.ok(Number(facts['rowsPerCommit']) >= 0.9, `${facts['rowsPerCommit']} events in a commit`)
  }
})
