import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchDurability } from './durability.ts'

test('after a kill -9 of server and database every acknowledged event is there, once', {
  timeout: 900_000,
}, async () => {
  const results: Readonly<Record<string, unknown>>[] = []
  const good = await benchDurability({ minutes: 0 }, { note() {}, result: (facts) => results.push(facts) })
  assert.ok(good, JSON.stringify(results))
  assert.equal(results[0]?.['kills'], 1)
})
