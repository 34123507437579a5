// Plays run after run of the model until the time is up, a line for each: npm run model -- --seconds 60 [--seed 1] [--version 12] [--acts 60] [--at-once 4] [--lies]
// Exits 1 with the findings and the shortest beginning of the first run that fails, 2 for wrong arguments.

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import { actsOf, type Run, runModel, shortestFailure } from './run-model.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    version: { type: 'string' },
    acts: { type: 'string', default: '60' },
    'at-once': { type: 'string', default: '1' },
    lies: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
})
const [seconds, first, acts] = [Number(values.seconds), Number(values.seed ?? randomInt(2 ** 31)), Number(values.acts)]
const atOnce = Number(values['at-once'])
const versions = roomVersions.map(({ id }) => id).filter((id) => values.version === undefined || id === values.version)
if (!(seconds > 0) || !Number.isSafeInteger(first) || !(acts > 0) || !(atOnce >= 1) || versions.length === 0) {
  console.error(
    `Give --seconds, --seed, --acts and --at-once as numbers, and --version as one of: ${roomVersions.map(({ id }) => id).join(', ')}.`,
  )
  process.exit(2)
}

const end = performance.now() + seconds * 1000
for (let seed = first; seed === first || performance.now() < end; seed++) {
  const version = versions[seed % versions.length] ?? '12'
  const run: Run = { seed, version, acts, atOnce, withLies: values.lies }
  const failure = await playOne(run)
  if (failure === undefined) continue
  process.exitCode = 1
  console.error(failure)
  if (values['keep-going']) continue
  const shortest = await shortestFailure(run)
  console.error(`Seed ${seed}, room version ${version} fails from ${shortest.acts} acts on:`)
  for (const act of actsOf(shortest)) console.error(JSON.stringify(act))
  break
}

async function playOne(run: Run): Promise<unknown> {
  const began = performance.now()
  try {
    const { findings, ...counts } = await runModel(run)
    const took = Math.round(performance.now() - began)
    console.log(JSON.stringify({ ...run, ...counts, findings: findings.length, milliseconds: took }))
    return findings.length === 0 ? undefined : findings.slice(0, 20).join('\n')
  } catch (error) {
    console.log(JSON.stringify({ ...run, failed: true }))
    return error
  }
}
