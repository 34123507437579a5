// spec: docs/architecture.md, decision 1

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { StreamedFact } from './fact.ts'
import { FactRing } from './fact-ring.ts'

const fact = (position: number): StreamedFact => ({ kind: 'event', position })
const positions = (facts: readonly StreamedFact[] | undefined) => facts?.map(({ position }) => position)

test('near readers get what came after them; at the head it is nothing; before the ring it is unknown', () => {
  const ring = new FactRing(10)
  assert.deepEqual(ring.since(10), [])
  assert.equal(ring.since(9), undefined)
  for (const position of [11, 12, 13]) ring.push(fact(position))
  assert.deepEqual(positions(ring.since(11)), [12, 13])
  assert.deepEqual(positions(ring.since(10)), [11, 12, 13])
  assert.deepEqual(ring.since(99), [])
  assert.equal(ring.since(9), undefined)
})

test('a gap is refused', () => {
  const ring = new FactRing(10)
  assert.throws(() => ring.push(fact(12)), RangeError)
})

test('the oldest give way: the ring is bounded', () => {
  const ring = new FactRing(0)
  for (let position = 1; position <= 10_000; position++) ring.push(fact(position))
  assert.equal(ring.since(10_000 - 4_097), undefined)
  assert.equal(ring.since(10_000 - 4_096)?.length, 4_096)
})

test('after a cut nothing from before it is known, and the ring goes on from there', () => {
  const ring = new FactRing(0)
  ring.push(fact(1))
  ring.cut(5)
  assert.equal(ring.since(1), undefined)
  assert.deepEqual(ring.since(5), [])
  ring.push(fact(6))
  assert.deepEqual(positions(ring.since(5)), [6])
})

test('for any pushes and cuts, an answer is complete and in order, or there is none', () => {
  const step = fc.oneof({ arbitrary: fc.constant('push' as const), weight: 8 }, fc.nat(5))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.nat(400), (steps, after) => {
      const ring = new FactRing(0)
      for (const each of steps) {
        if (each === 'push') ring.push(fact(ring.end + 1))
        else ring.cut(ring.end + each)
      }
      const answer = positions(ring.since(after))
      if (answer === undefined) return
      const expected = Array.from({ length: Math.max(0, ring.end - after) }, (_, i) => after + 1 + i)
      assert.deepEqual(answer, expected)
    }),
  )
})
