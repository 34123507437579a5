// Holds Samband against other Matrix servers:
//   npm run peers -- [--venv FOLDER] [--seconds 60] [--seed 1] [--only rules|servers] [--versions 1,12] [--named topic]
//   npm run peers -- --peer dendrite [--dendrite FOLDER] [--versions 10] [--named topic]
// Needs Python 3 or Go and, the first time, what they install; so it is no part of npm test. Exits 1 when something differs.

import { randomInt } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { compare } from './oracle/compare.ts'
import { pythonWithSynapse } from './python.ts'
import { dendritePrograms, prepareDendrite } from './servers/dendrite.ts'
import type { Peer, PeerParts } from './servers/peer.ts'
import { playAll } from './servers/play.ts'
import { prepareSynapse } from './servers/synapse.ts'

const { values } = parseArgs({
  options: {
    venv: { type: 'string', default: path.join(tmpdir(), 'samband-peers') },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    peer: { type: 'string', default: 'synapse' },
    dendrite: { type: 'string', default: path.join(tmpdir(), 'samband-dendrite') },
    only: { type: 'string' },
    versions: { type: 'string' },
    named: { type: 'string', default: '' },
  },
})
const isOneOf = (value: string | undefined, choices: readonly string[]): boolean =>
  value === undefined || choices.includes(value)
const [seconds, seed] = [Number(values.seconds), Number(values.seed ?? randomInt(2 ** 31))]
if (
  !(seconds > 0) ||
  !Number.isSafeInteger(seed) ||
  !isOneOf(values.only, ['rules', 'servers']) ||
  !isOneOf(values.peer, ['synapse', 'dendrite'])
) {
  console.error('Give --seconds and --seed as numbers, --only as rules or servers, and --peer as synapse or dendrite.')
  process.exit(2)
}

const folder = await mkdtemp(path.join(tmpdir(), 'samband-peers-run-'))
const ending = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ending.abort())

const play = (prepare: (parts: PeerParts) => Promise<Peer>, versions: string) =>
  playAll({ prepare, folder, versions: versions.split(','), named: values.named, signal: ending.signal })

async function besideSynapse(): Promise<number> {
  const python = await pythonWithSynapse(values.venv)
  const byRules = values.only === 'servers' ? 0 : await compare({ python, seconds, seed, folder })
  if (values.only === 'rules') return byRules
  return byRules + (await play((parts) => prepareSynapse({ ...parts, python }), values.versions ?? '1,6,9,10,11,12'))
}

async function besideDendrite(): Promise<number> {
  const bin = await dendritePrograms(values.dendrite)
  return play((parts) => prepareDendrite({ ...parts, bin }), values.versions ?? '1,6,10,11,12')
}

const differences = await (values.peer === 'dendrite' ? besideDendrite() : besideSynapse())
process.exitCode = differences === 0 ? 0 : 1
