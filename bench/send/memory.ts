// `npm run bench -- send --minutes N`: the real server alone under load for minutes. Does it hold more and more memory?

import { median } from '../measure/median.ts'
import { residentBytes } from '../measure/processor-time.ts'
import type { Report } from '../report.ts'
import { measureSend } from './measure-send.ts'
import { startSambandSubject } from './samband-subject.ts'
import { lineOf } from './send.ts'

export interface MemoryOptions {
  readonly connections: number
  readonly minutes: number
  readonly nodeOptions: readonly string[]
}

/** Milliseconds between two looks. */
const LOOK = 5_000
/** Share of the time at the start that is not judged: caches fill to their bounds (30,000 events alone are 60 MB). */
const FILLING = 1 / 3
/** Of the middle third's memory, the most that the last third may hold. A leak of 100 bytes an event would be +60 MB in 5 minutes. */
const STEADY = 1.1

/** @returns whether memory was steady and nothing was refused */
export async function benchMemory(options: MemoryOptions, report: Report): Promise<boolean> {
  const subject = await startSambandSubject(options.nodeOptions)
  try {
    const samples: number[] = []
    const look = setInterval(() => {
      const megabytes = residentBytes(subject.nodePid) / 2 ** 20
      samples.push(megabytes)
      if (samples.length % 12 === 0) report.note(`${(samples.length * LOOK) / 60_000} min  ${megabytes.toFixed(0)} MB`)
    }, LOOK)
    const duration = options.minutes * 60_000
    const figures = await measureSend(subject, { connections: options.connections, duration, warmUp: 2_000, round: 1 })
    clearInterval(look)
    const judged = samples.slice(Math.floor(samples.length * FILLING))
    const middle = judged.length >> 1
    const [earlier, later] = [median(judged.slice(0, middle)), median(judged.slice(middle))]
    const good = later <= earlier * STEADY && figures.refused === 0
    report.note(lineOf('samband', figures))
    report.result(
      {
        scenario: 'send/memory',
        minutes: options.minutes,
        events: Math.round(figures.eventsPerSecond * options.minutes * 60),
        earlierMegabytes: Math.round(earlier),
        laterMegabytes: Math.round(later),
        good,
      },
      `memory  ${earlier.toFixed(0)} MB in the middle of the run, ${later.toFixed(0)} MB at its end: ${good ? 'steady' : 'NOT STEADY'}`,
    )
    return good
  } finally {
    await subject.stop()
  }
}
