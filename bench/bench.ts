// Measurements by command: `npm run bench -- <scenario> [options]`. Exit codes: 0 good, 1 a bar was missed, 2 wrong use.

import { parseArgs } from 'node:util'
import { benchDurability } from './durability/durability.ts'
import { reportForPeople, reportForPrograms } from './report.ts'
import { benchMemory } from './send/memory.ts'
import { benchSend } from './send/send.ts'
import { benchSliding } from './sliding/sliding.ts'
import { benchStorage } from './storage/storage.ts'

const help = `npm run bench -- <scenario>

  send         durable sends of the real server beside the bare pipeline (bench/limit), in turns in one run
    --seconds N        counted seconds of each round (10)
    --rounds N         rounds, each one with both; the medians count (3)
    --connections N    connections that send at once (64)
    --minutes N        instead: the real server alone for N minutes; is its memory steady?
    --profile          write a CPU profile of the server (*.cpuprofile) into this folder

  storage      bytes on disk per event, in a small and in a large room
    --events N         events in each room (100000; --short: 3000)
    --members N        members of the large room (10000)

  durability   server and database are killed under load; is every acknowledged event there, and none twice?
    --minutes N        goes on for N minutes (--short: one kill)

  sliding      the first window of sliding sync in an account with many rooms, and the next answer after one message
    --rooms N          rooms of the account (1000; --short: 60)
    --times N          measurements of each (100; --short: 10)

  --short      the short form, as the tests run it
  --json       one JSON object per scenario`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    minutes: { type: 'string' },
    events: { type: 'string' },
    members: { type: 'string', default: '10000' },
    rooms: { type: 'string' },
    times: { type: 'string' },
    short: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const report = values.json ? reportForPrograms : reportForPeople

const nodeOptions = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${process.cwd()}`] : []

const scenarios: Readonly<Record<string, () => Promise<boolean>>> = {
  send: () => {
    const connections = whole('connections', values.connections)
    if (values.minutes !== undefined)
      return benchMemory({ connections, minutes: whole('minutes', values.minutes), nodeOptions }, report)
    const duration = whole('seconds', values.seconds) * 1000
    return benchSend({ connections, duration, rounds: whole('rounds', values.rounds), nodeOptions }, report)
  },
  storage: () => {
    const events = whole('events', values.events ?? (values.short ? '3000' : '100000'))
    return benchStorage({ events, members: [10, whole('members', values.members)] }, report)
  },
  sliding: () => {
    const rooms = whole('rooms', values.rooms ?? (values.short ? '60' : '1000'))
    const times = whole('times', values.times ?? (values.short ? '10' : '100'))
    return benchSliding({ rooms, times, nodeOptions }, report)
  },
  durability: () => {
    const minutes = values.short ? 0 : whole('minutes', values.minutes ?? '1')
    return benchDurability({ minutes }, report)
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
