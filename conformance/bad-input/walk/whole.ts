// Sends every wrong request to every operation: npm run bad-input -- [--only sendMessage] [--sort "body: null"] [--sample 6 [--seed 1]]
// --only, --sort: operations whose name has it, sorts of wrong values that begin with it; --sample: as the test does, so many for each right request.
// Prints a line for each operation. Exits 1 with what was found.

import { parseArgs } from 'node:util'
import { newScope } from '../../model/run-model.ts'
import { nameOfOperation } from './right-request.ts'
import { sample } from './sample.ts'
import { servedEndpoints } from './served.ts'
import { type Chooser, walkOperation } from './walk-operation.ts'
import { newWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sort: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
const whole: Chooser = (all) => all.filter(({ sort }) => sort.startsWith(values.sort ?? ''))
const sampled = sample(Number(values.seed), Number(values.sample))
const choose = values.sample === undefined ? whole : sampled.choose
const scope = newScope()
const world = await newWorld(scope)
let [found, asked] = [0, 0]
for (const endpoint of servedEndpoints()) {
  const name = nameOfOperation(endpoint)
  if (values.only !== undefined && !name.includes(values.only)) continue
  const start = performance.now()
  const { findings, requests } = await walkOperation(endpoint, world, choose)
  console.log(`${name}: ${requests} requests, ${Math.round(performance.now() - start)} ms`)
  for (const each of findings) console.log(`  ${each}`)
  found += findings.length
  asked += requests
}
for (const each of world.server.defects) console.log(each.slice(0, 2000))
console.log(`${asked} requests, ${found} findings, ${world.server.defects.length} defects`)
await scope.end()
process.exitCode = found + world.server.defects.length > 0 ? 1 : 0
