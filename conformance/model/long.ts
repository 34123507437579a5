// Plays run after run of the model until the time is up, a line for each: npm run model -- --seconds 60 [--seed 1] [--version 12] [--acts 60] [--at-once 4] [--lies] [--rooms 20]
// --rooms: as many runs on the same servers, which is several times faster; a run that fails is tried alone then.
// Exits 1 with the findings and the shortest beginning of the first run that fails, 2 for wrong arguments.

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import { type Cast, newCast } from './play.ts'
import { actsOf, newScope, type Run, runOn, shortestFailure } from './run-model.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    version: { type: 'string' },
    acts: { type: 'string', default: '60' },
    'at-once': { type: 'string', default: '1' },
    rooms: { type: 'string', default: '1' },
    lies: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
})
const [seconds, first, acts] = [Number(values.seconds), Number(values.seed ?? randomInt(2 ** 31)), Number(values.acts)]
const [atOnce, rooms] = [Number(values['at-once']), Number(values.rooms)]
const versions = roomVersions.map(({ id }) => id).filter((id) => values.version === undefined || id === values.version)
if (
  !(seconds > 0) ||
  !Number.isSafeInteger(first) ||
  !(acts > 0) ||
  !(atOnce >= 1) ||
  !(rooms >= 1) ||
  versions.length === 0
) {
  console.error(
    `Give --seconds, --seed, --acts, --at-once and --rooms as numbers, and --version as one of: ${roomVersions.map(({ id }) => id).join(', ')}.`,
  )
  process.exit(2)
}

const end = performance.now() + seconds * 1000
let stage = { left: 0, scope: newScope(), cast: undefined as Cast | undefined }
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
await stage.scope.end()

async function castFor(): Promise<Cast> {
  if (stage.cast && stage.left-- > 0) return stage.cast
  await stage.scope.end()
  const scope = newScope()
  const cast = await newCast(scope)
  stage = { left: rooms - 1, scope, cast }
  return cast
}

async function playOne(run: Run): Promise<unknown> {
  const began = performance.now()
  try {
    const { findings, ...counts } = await runOn(await castFor(), run)
    const took = Math.round(performance.now() - began)
    console.log(JSON.stringify({ ...run, ...counts, findings: findings.length, milliseconds: took }))
    return findings.length === 0 ? undefined : findings.slice(0, 20).join('\n')
  } catch (error) {
    // What was left half done must not trouble the next run.
    stage.left = 0
    console.log(JSON.stringify({ ...run, failed: true }))
    return error
  }
}
