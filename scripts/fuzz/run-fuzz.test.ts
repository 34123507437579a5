import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edgeTargets } from './edge-targets.ts'
import { protocolTargets } from './protocol-targets.ts'
import { ruleTargets } from './rule-targets.ts'
import { fuzz } from './run-fuzz.ts'

/** A clock that goes on by one millisecond every time somebody looks. */
function countingClock(): () => number {
  let time = 0
  return () => time++
}

const seeds = [Buffer.from('{"a":1}')]

test('an uncaught error is reported with the input that causes it, the same one for the same seed', () => {
  const run = (input: Uint8Array) => {
    if (input.includes(0x5c)) throw new Error('a backslash')
  }
  const find = () =>
    fuzz([{ name: 'odd', seeds, run }], { milliseconds: 1e6, seed: 1, now: countingClock(), report: () => {} })
  const failure = find()
  assert.equal(failure?.target, 'odd')
  assert.ok(failure?.input.includes(0x5c))
  assert.deepEqual(find()?.input, failure?.input)
})

test('an input that takes too long is a failure', () => {
  let time = 0
  const run = () => {
    time += 3000
  }
  const failure = fuzz([{ name: 'slow', seeds, run }], { milliseconds: 1, seed: 1, now: () => time, report: () => {} })
  assert.match(String(failure?.error), /3000 ms/)
})

test('every target survives its first inputs', () => {
  const targets = [...protocolTargets(), ...ruleTargets(), ...edgeTargets()]
  const failure = fuzz(targets, { milliseconds: 1, seed: 1, now: countingClock(), report: () => {} })
  assert.equal(failure, undefined)
})
