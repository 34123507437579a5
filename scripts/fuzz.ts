// Feeds mutated real inputs to everything that reads bytes of strangers: npm run fuzz -- --seconds 60 [--seed 1] [--only json]
// Prints at most one line a second. Exits 1 with the input that reproduces the first uncaught error, 2 for wrong arguments.

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { edgeTargets } from './fuzz/edge-targets.ts'
import { protocolTargets } from './fuzz/protocol-targets.ts'
import { ruleTargets } from './fuzz/rule-targets.ts'
import { fuzz } from './fuzz/run-fuzz.ts'

const targets = [...protocolTargets(), ...ruleTargets(), ...edgeTargets()]

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, seed: { type: 'string' }, only: { type: 'string' } },
})
const seconds = Number(values.seconds)
const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed)
const chosen = targets.filter(({ name }) => values.only === undefined || name === values.only)
if (!(seconds > 0) || !Number.isSafeInteger(seed) || chosen.length === 0) {
  console.error(
    `Give --seconds and --seed as numbers, and --only as one of: ${targets.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(2)
}

const failure = fuzz(chosen, { milliseconds: seconds * 1000, seed, now: () => performance.now(), report: console.log })
if (failure !== undefined) {
  const { target, input, error } = failure
  console.error(`${target} failed with seed ${seed}.`)
  console.error(`Input, as text: ${JSON.stringify(Buffer.from(input).toString('utf8').slice(0, 2000))}`)
  console.error(`Input, as hex: ${Buffer.from(input).toString('hex')}`)
  console.error(error)
  process.exit(1)
}
