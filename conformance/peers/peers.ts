// Holds Samband against another Matrix server: npm run peers -- [--venv FOLDER] [--seconds 60] [--seed 1] [--only rules|servers]
// Needs Python 3 and, the first time, the package index; so it is no part of npm test. Exits 1 when something differs.

import { randomInt } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compare } from './oracle/compare.ts'
import { pythonWithSynapse } from './python.ts'

const { values } = parseArgs({
  options: {
    venv: { type: 'string', default: path.join(tmpdir(), 'samband-peers') },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
})
const [seconds, seed] = [Number(values.seconds), Number(values.seed ?? randomInt(2 ** 31))]
if (!(seconds > 0) || !Number.isSafeInteger(seed) || (values.only && !['rules', 'servers'].includes(values.only))) {
  console.error('Give --seconds and --seed as numbers, and --only as rules or servers.')
  process.exit(2)
}

const python = await pythonWithSynapse(values.venv)
const folder = await mkdtemp(path.join(tmpdir(), 'samband-peers-run-'))
let differences = 0
if (values.only !== 'servers') differences += await compare({ python, seconds, seed, folder })
process.exitCode = differences === 0 ? 0 : 1
