// One round of sending on one server: rate, times, and whose CPU it took.

import { runLoad } from '../load/run-load.ts'
import { median } from '../measure/median.ts'
import { processTime, residentBytes, stolenTime, treeTime } from '../measure/processor-time.ts'
import type { Subject } from './subject.ts'

export interface SendFigures {
  readonly eventsPerSecond: number
  /** Milliseconds until the answer. */
  readonly p50: number
  readonly p99: number
  /** CPU microseconds per event. */
  readonly node: number
  readonly postgresql: number
  readonly load: number
  readonly rowsPerCommit: number
  /** Megabytes resident in the Node process at the end. */
  readonly memory: number
  /** Percent of the machine's time that its host gave to others. */
  readonly stolen: number
  /** Answers that were no 200. */
  readonly refused: number
}

export interface RoundOptions {
  readonly connections: number
  /** Milliseconds. */
  readonly warmUp: number
  readonly duration: number
  readonly round: number
}

interface Reading {
  readonly node: number
  readonly postgresql: number
  readonly load: number
  readonly stolen: number
  readonly transaction: Promise<number>
}

const PROCESSORS = navigator.hardwareConcurrency

/** Rejects when the server refused everything: a measurement of refusals is none. */
export async function measureSend(subject: Subject, options: RoundOptions): Promise<SendFigures> {
  const readings: Reading[] = []
  const read = (loadPid: number) => void readings.push(readingOf(subject, loadPid))
  const result = await runLoad(
    {
      address: subject.address,
      host: subject.host,
      targets: subject.targets,
      connections: options.connections,
      warmUp: options.warmUp,
      duration: options.duration,
      prefix: `${subject.name}${process.pid}r${options.round}`,
    },
    { begun: read, ended: read },
  )
  const [before, after] = readings
  if (!before || !after || result.events === 0)
    throw new Error(`Nothing was sent to ${subject.name}. Its first refusal: ${result.firstRefusal}`)
  const each = (name: 'node' | 'postgresql' | 'load') => (after[name] - before[name]) / result.events
  return {
    eventsPerSecond: result.perSecond,
    p50: result.p50,
    p99: result.p99,
    node: each('node'),
    postgresql: each('postgresql'),
    load: each('load'),
    rowsPerCommit: result.events / ((await after.transaction) - (await before.transaction)),
    memory: residentBytes(subject.nodePid) / 2 ** 20,
    stolen: (after.stolen - before.stolen) / 10 / options.duration / PROCESSORS,
    refused: Object.values(result.refused).reduce((sum, count) => sum + count, 0),
  }
}

/** The middle of each figure over the rounds. */
export function middleOf(rounds: readonly SendFigures[]): SendFigures {
  const middle = (name: keyof SendFigures) => median(rounds.map((round) => round[name]))
  return {
    eventsPerSecond: middle('eventsPerSecond'),
    p50: middle('p50'),
    p99: middle('p99'),
    node: middle('node'),
    postgresql: middle('postgresql'),
    load: middle('load'),
    rowsPerCommit: middle('rowsPerCommit'),
    memory: middle('memory'),
    stolen: middle('stolen'),
    refused: Math.max(...rounds.map(({ refused }) => refused)),
  }
}

const readingOf = (subject: Subject, loadPid: number): Reading => ({
  node: processTime(subject.nodePid),
  postgresql: treeTime(subject.databasePid),
  load: processTime(loadPid),
  stolen: stolenTime(),
  transaction: subject.nextTransaction(),
})
