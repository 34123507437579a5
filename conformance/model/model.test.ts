// Short runs of the model with fixed seeds; the long form is `npm run model`. What it found has small tests in
// src/federation (standing-upon, left-and-invited, gaps-and-refusals).
// spec: server-server-api #room-state-resolution, #soft-failure, #checks-performed-on-receipt-of-a-pdu; docs/architecture.md (tests)

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { settle } from '../../src/federation/servers-for-tests.ts'
import { judgeRun } from './findings.ts'
import { type Cast, newCast, newWorld, reunite } from './play.ts'
import { actsOf, type Outcome, type Run, runOn } from './run-model.ts'

const runs: readonly Run[] = [
  { seed: 24, version: '1', acts: 40 },
  { seed: 13, version: '2', acts: 40 },
  { seed: 636944583, version: '4', acts: 57 },
  { seed: 101, version: '6', acts: 40 },
  { seed: 105, version: '10', acts: 40 },
  { seed: 106, version: '11', acts: 40 },
  { seed: 107, version: '12', acts: 40 },
  { seed: 4005, version: '10', acts: 90 },
  { seed: 1, version: '2', acts: 50, withLies: true },
  { seed: 5, version: '6', acts: 50, withLies: true },
  { seed: 11, version: '12', acts: 60, withLies: true },
]

const scope = scopeOfFile()
let cast: Cast
before(async () => {
  cast = await newCast(scope)
})

const outcomes: (Outcome & Pick<Run, 'withLies'>)[] = []
for (const run of runs) {
  const others = run.withLies ? ' and a dishonest one' : ''
  test(`version ${run.version}, seed ${run.seed}: after ${run.acts} random acts of three servers${others} the state is that of the whole graph`, async () => {
    const outcome = await runOn(cast, run)
    assert.deepEqual(outcome.findings, [])
    assert.ok(outcome.events > 15 && outcome.statesCompared > outcome.events, 'there was something to compare')
    outcomes.push({ ...outcome, ...run })
  })
}

test('the runs have forks, soft failures and rooms with all three servers', () => {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + count(outcome), 0)
  assert.ok(sum(({ forks }) => forks) > 3)
  assert.ok(sum(({ softFailed }) => softFailed) > 0)
  assert.ok(outcomes.some(({ serversCompared }) => serversCompared === 3))
})

test('the dishonest server is heard: some of what it makes up is rejected, some soft-failed, some believed', () => {
  const lied = outcomes.filter(({ withLies }) => withLies)
  const sum = (count: (outcome: Outcome) => number) => lied.reduce((total, outcome) => total + count(outcome), 0)
  assert.ok(sum(({ rejected }) => rejected) > 5)
  assert.ok(sum(({ softFailed }) => softFailed) > 5)
  assert.ok(sum(({ ofLiar, rejected }) => ofLiar - rejected) > 5)
  assert.ok(sum(({ told }) => told) > 0)
})

test('the same seed gives the same acts, and fewer of them are their beginning', () => {
  const run: Run = { seed: 1, version: '12', acts: 30 }
  assert.deepEqual(actsOf({ ...run, acts: 10 }), actsOf(run).slice(0, 10))
  assert.notDeepEqual(actsOf(run), actsOf({ ...run, seed: 2 }))
})

test('what one server has and another has not is found, and gone when they have met', async () => {
  const world = await newWorld(cast, '12')
  const [alfa, beta] = world.servers
  const [anna] = world.people
  assert.ok(alfa && beta && anna)
  world.line.cut(alfa, beta)
  await alfa.setState(world.roomId, anna.userId, 'm.room.topic', { topic: 'ensam' })
  await settle(...world.servers)
  const { findings } = await judgeRun(world)
  assert.ok(findings.some((text) => /^beta\.example does not know m\.room\.topic/.test(text)))
  assert.ok(findings.some((text) => /^beta\.example against alfa\.example: m\.room\.topic/.test(text)))
  await reunite(world)
  assert.deepEqual((await judgeRun(world)).findings, [])
})
