// Measurements by command: `npm run bench -- <scenario> [options]`. Exit codes: 0 good, 1 a bar was missed, 2 wrong use.

import { parseArgs } from 'node:util'
import { reportForPeople, reportForPrograms } from './report.ts'
import { benchMemory } from './send/memory.ts'
import { benchSend } from './send/send.ts'

const help = `npm run bench -- <scenario>

  send         durable sends of the real server beside the bare pipeline (bench/limit), in turns in one run
    --seconds N        counted seconds of each round (10)
    --rounds N         rounds, each one with both; the medians count (3)
    --connections N    connections that send at once (64)
    --minutes N        instead: the real server alone for N minutes; is its memory steady?
    --profile          write a CPU profile of the server (*.cpuprofile) into this folder

  --json       one JSON object per scenario`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    minutes: { type: 'string' },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const report = values.json ? reportForPrograms : reportForPeople

const scenarios: Readonly<Record<string, () => Promise<boolean>>> = {
  send: () => {
    const connections = whole('connections', values.connections)
    const nodeOptions = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}`] : []
    if (values.minutes !== undefined)
      return benchMemory({ connections, minutes: whole('minutes', values.minutes), nodeOptions }, report)
    const duration = whole('seconds', values.seconds) * 1000
    return benchSend({ connections, duration, rounds: whole('rounds', values.rounds), nodeOptions }, report)
  },
}

const scenario = scenarios[positionals[0] ?? '']
if (scenario === undefined || positionals.length > 1 || values.help) {
  console.log(help)
  process.exitCode = values.help ? 0 : 2
} else {
  process.exitCode = (await scenario()) ? 0 : 1
}

function whole(name: string, text: string): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  console.error(`--${name} wants a whole number above 0, not "${text}".`)
  process.exit(2)
}
