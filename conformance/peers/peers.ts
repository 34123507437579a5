// Holds Samband against another Matrix server: npm run peers -- [--venv FOLDER] [--seconds 60] [--seed 1] [--only rules|servers] [--versions 1,12] [--named topic]
// Needs Python 3 and, the first time, the package index; so it is no part of npm test. Exits 1 when something differs.

import { randomInt } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compare } from './oracle/compare.ts'
import { pythonWithSynapse } from './python.ts'
import { playAll } from './servers/play.ts'

const { values } = parseArgs({
  options: {
    venv: { type: 'string', default: path.join(tmpdir(), 'samband-peers') },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string' },
    versions: { type: 'string', default: '1,6,9,10,11,12' },
    named: { type: 'string', default: '' },
  },
})
const [seconds, seed] = [Number(values.seconds), Number(values.seed ?? randomInt(2 ** 31))]
if (!(seconds > 0) || !Number.isSafeInteger(seed) || (values.only && !['rules', 'servers'].includes(values.only))) {
  console.error('Give --seconds and --seed as numbers, and --only as rules or servers.')
  process.exit(2)
}

const python = await pythonWithSynapse(values.venv)
const folder = await mkdtemp(path.join(tmpdir(), 'samband-peers-run-'))
const ending = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort())

let differences = 0
if (values.only !== 'servers') differences += await compare({ python, seconds, seed, folder })
if (values.only !== 'rules') {
  differences += await playAll({
    python,
    folder,
    versions: values.versions.split(','),
    named: values.named,
    signal: ending.signal,
  })
}
process.exitCode = differences === 0 ? 0 : 1
