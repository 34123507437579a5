// Every operation that is served, with wrong values made of its definition: it is refused by name, nothing of it is stored, and nothing is a defect.
// A sample of what `npm run bad-input` sends: some of every operation, and every sort of wrong value.
// spec: client-server-api #api-standards, #standard-error-response; server-server-api #request-authentication

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { asItIs } from './walk/cases.ts'
import { rightRequests } from './walk/examples.ts'
import { refusedThoughRight } from './walk/refused-though-right.ts'
import { nameOfOperation } from './walk/right-request.ts'
import { sample } from './walk/sample.ts'
import { servedEndpoints } from './walk/served.ts'
import { ask, walkOperation } from './walk/walk-operation.ts'
import { newWorld, type World } from './walk/world.ts'

/** The same in every run: what is found once is found again. */
const SEED = 1

/** Wrong requests for each right one: some seconds. */
const MOST = 6

/** Bytes that a walk may leave in memory: code that was compiled, caches that are bounded. A leak of bodies is more. */
const LEFT_IN_MEMORY = 64 * 1024 * 1024

const scope = scopeOfFile()
let world: World
before(async () => {
  world = await newWorld(scope)
})
after(() => assert.deepEqual(world.server.defects, []))

test('the right requests, of which the wrong ones are made, are answered', async () => {
  const refused: string[] = []
  for (const endpoint of servedEndpoints()) {
    const rights = await rightRequests(endpoint, world)
    const answers = await Promise.all(rights.map((right) => ask(endpoint, asItIs(endpoint, right, world), world)))
    if (answers.some((answer) => typeof answer !== 'string' && answer.status < 400)) continue
    const said = answers.map((answer) => (typeof answer === 'string' ? answer : `${answer.status}`))
    if (!refusedThoughRight.has(nameOfOperation(endpoint))) refused.push(`${nameOfOperation(endpoint)}: ${said}`)
  }
  assert.deepEqual(
    refused,
    [],
    'Give these an example in walk/examples.ts, or say why not in walk/refused-though-right.ts.',
  )
})

test('wrong requests of every operation and of every sort are refused by name, and nothing of them is stored', async () => {
  const { choose, leftOut } = sample(SEED, MOST)
  const findings: string[] = []
  const before = await usedMemory()
  for (const endpoint of servedEndpoints()) findings.push(...(await walkOperation(endpoint, world, choose)).findings)
  assert.deepEqual(findings, [])
  assert.deepEqual(leftOut(), [])
  const held = (await usedMemory()) - before
  assert.ok(held < LEFT_IN_MEMORY, `${held} bytes are still held`)
  assert.equal('walked' in {}, false, 'a body has changed what all objects inherit')
})

/** Bytes that are held when all that can be freed is: what has buffers is freed in turns of its own. */
async function usedMemory(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let turn = 0; turn < 5; turn++) {
    collect()
    await setImmediate()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
