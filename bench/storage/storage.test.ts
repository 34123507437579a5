import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchStorage } from './storage.ts'

test('an event costs less than 3 kB on disk, and no more in a room of many members', { timeout: 900_000 }, async () => {
  const results: Readonly<Record<string, unknown>>[] = []
  const report = { note() {}, result: (facts: Readonly<Record<string, unknown>>) => void results.push(facts) }
  assert.ok(await benchStorage({ events: 3_000, members: [10, 3_000] }, report), JSON.stringify(results))
})
