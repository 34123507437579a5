// `npm run bench -- send`: durable sends on the real server beside the bare pipeline (bench/limit), in turns in one run, under the same load.
// The bar is the ratio: rates move with the machine and its neighbours, the ratio and the CPU per event hardly do.

import type { Report } from '../report.ts'
import { startLimit } from './limit-subject.ts'
import { measureSend, middleOf, type SendFigures } from './measure-send.ts'
import { startSambandSubject } from './samband-subject.ts'
import type { Subject } from './subject.ts'

export interface SendOptions {
  readonly connections: number
  /** Milliseconds of each round that are counted. */
  readonly duration: number
  readonly rounds: number
  readonly nodeOptions: readonly string[]
}

/** Of the limit's rate, the least that the real server must reach. */
const BAR = 0.3
const WARM_UP = 2_000

/** @returns whether the bar is reached and nothing was refused */
export async function benchSend(options: SendOptions, report: Report): Promise<boolean> {
  const limit = await startLimit()
  try {
    const samband = await startSambandSubject(options.nodeOptions)
    try {
      return await compare(limit, samband, options, report)
    } finally {
      await samband.stop()
    }
  } finally {
    await limit.stop()
  }
}

async function compare(limit: Subject, samband: Subject, options: SendOptions, report: Report): Promise<boolean> {
  const { connections, duration } = options
  const figures = { limit: [] as SendFigures[], samband: [] as SendFigures[] }
  for (let round = 1; round <= options.rounds; round++) {
    for (const subject of [limit, samband]) {
      const one = await measureSend(subject, { connections, duration, warmUp: WARM_UP, round })
      figures[subject.name].push(one)
      report.note(`round ${round} ${lineOf(subject.name, one)}`)
    }
  }
  const [ceiling, reached] = [middleOf(figures.limit), middleOf(figures.samband)]
  const ratio = reached.eventsPerSecond / ceiling.eventsPerSecond
  // What the ratio would be were only CPU to count: neighbours on the machine hardly move it.
  const ofCpu = (ceiling.node + ceiling.postgresql) / (reached.node + reached.postgresql)
  const good = ratio >= BAR && reached.refused === 0
  report.result({ scenario: 'send/limit', connections, ...rounded(ceiling) }, `median  ${lineOf('limit', ceiling)}`)
  report.result({ scenario: 'send/samband', connections, ...rounded(reached) }, `median  ${lineOf('samband', reached)}`)
  report.result(
    {
      scenario: 'send/ratio',
      connections,
      ratio: Number(ratio.toFixed(3)),
      ofCpu: Number(ofCpu.toFixed(3)),
      bar: BAR,
      good,
    },
    `ratio   ${ratio.toFixed(2)} of the limit by rate, ${ofCpu.toFixed(2)} by CPU (the bar is ${BAR.toFixed(2)} by rate)${good ? '' : ' – NOT REACHED'}`,
  )
  return good
}

export function lineOf(name: string, figures: SendFigures): string {
  const { eventsPerSecond, p50, p99, node, postgresql, load, rowsPerCommit, memory, stolen, refused } = figures
  return [
    name.padEnd(8),
    `${eventsPerSecond.toFixed(0).padStart(6)} events/s`,
    `p50 ${p50.toFixed(1)} ms`,
    `p99 ${p99.toFixed(1)} ms`,
    `CPU µs/event: Node ${node.toFixed(0)}, PostgreSQL ${postgresql.toFixed(0)}, load ${load.toFixed(0)}`,
    `${rowsPerCommit.toFixed(1)} rows/commit`,
    `${memory.toFixed(0)} MB`,
    `stolen ${stolen.toFixed(1)} %`,
    ...(refused > 0 ? [`REFUSED ${refused}`] : []),
  ].join('  ')
}

const rounded = (figures: SendFigures) =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(2))]))
