// Work that happens by the clock within this process: cleaning, refreshing, retrying. What must survive a restart is kept in a table by
// its module, which looks at the table in a job. Face of the folder.
// spec: docs/architecture.md §2

import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'

/** Gives up when `signal` is aborted. A throw is logged; a periodic job goes on. */
export type Work = (signal: AbortSignal) => Promise<void>

export interface Job {
  /** Not again; a run under way is told by its signal. Resolves when it has ended. */
  cancel(): Promise<void>
  /** Runs now, or once more after the run under way; resolves when that is done. */
  runNow(): Promise<void>
}

export interface Jobs {
  /**
   * Runs `work` again and again, `interval` ms after the end of the run before: runs never overlap. `spread` (default 0.1) varies the
   * interval by that part, up and down, so that many tenants' jobs do not fall on the same moment.
   */
  every(name: string, interval: Milliseconds, work: Work, options?: { readonly spread?: number }): Job
  /** Runs `work` once, after `delay` ms. */
  after(name: string, delay: Milliseconds, work: Work): Job
  /** Cancels all, waits for those under way. */
  stop(): Promise<void>
}

/** Jobs are written in the program, a few for each tenant; more than this is a leak. */
const jobsBound = 100_000

export function createJobs(parts: { readonly clock: Clock; readonly random: Random; readonly log: Log }): Jobs {
  const jobs = new Set<ScheduledJob>()
  let stopped = false
  const add = (schedule: Schedule): Job => {
    if (stopped) throw new Error(`Job ${schedule.name} was made after the stop.`)
    if (jobs.size >= jobsBound) throw new RangeError(`More than ${jobsBound} jobs: ${schedule.name} is one too many.`)
    const job = new ScheduledJob({ ...parts, schedule, ended: () => void jobs.delete(job) })
    jobs.add(job)
    return job
  }
  return {
    every: (name, interval, work, { spread = 0.1 } = {}) => {
      const next = () => interval * (1 + spread * (2 * parts.random.fraction() - 1))
      return add({ name, work, next, once: false })
    },
    after: (name, delay, work) => add({ name, work, next: () => delay, once: true }),
    stop: async () => {
      stopped = true
      await Promise.all([...jobs].map((job) => job.cancel()))
    },
  }
}

interface Schedule {
  readonly name: string
  readonly work: Work
  readonly next: () => Milliseconds
  readonly once: boolean
}

interface JobParts {
  readonly clock: Clock
  readonly log: Log
  readonly schedule: Schedule
  readonly ended: () => void
}

class ScheduledJob implements Job {
  readonly #parts: JobParts
  readonly #stop = new AbortController()
  #timer: Timer | undefined
  #running: Promise<void> | undefined

  constructor(parts: JobParts) {
    this.#parts = parts
    this.#plan()
  }

  async cancel(): Promise<void> {
    this.#stop.abort()
    this.#timer?.cancel()
    this.#parts.ended()
    await this.#running
  }

  async runNow(): Promise<void> {
    await this.#running
    if (this.#stop.signal.aborted) return
    this.#timer?.cancel()
    await this.#start()
  }

  #plan(): void {
    this.#timer = this.#parts.clock.after(this.#parts.schedule.next(), () => void this.#start())
  }

  /** Two who ask at once share a run. */
  #start(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
      if (this.#stop.signal.aborted) return
      if (!this.#parts.schedule.once) {
        this.#plan()
        return
      }
      this.#stop.abort()
      this.#parts.ended()
    })
    return this.#running
  }

  async #run(): Promise<void> {
    const { schedule, log } = this.#parts
    try {
      await schedule.work(this.#stop.signal)
    } catch (error) {
      if (!this.#stop.signal.aborted) log.error({ error, job: schedule.name }, 'A job failed.')
    }
  }
}
