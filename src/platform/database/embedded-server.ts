// The running built-in PostgreSQL: started as our child, watched, started again when it dies, stopped with us.
// spec: PostgreSQL 18.3 and 18.5 (starting and shutting down the server)

import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import { StartError } from './database-errors.ts'
import { type Account, asAccount } from './embedded-account.ts'
import { explainFailure } from './embedded-failure.ts'
import { clearLeftovers } from './embedded-leftovers.ts'

export interface ServerParts {
  readonly postgres: string
  readonly cluster: string
  readonly sockets: string
  readonly account: Account
  readonly environment: NodeJS.ProcessEnv
  /** Settings beyond the files'. */
  readonly settings: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly log: Log
}

/** Recovery after a crash replays at most `max_wal_size`; a minute or two on slow disks. */
const longestStart: Milliseconds = 600_000
/** A fast shutdown writes one checkpoint: seconds, a minute after hundreds of tenants were made. Then it is told to leave at once, which costs a recovery at the next start. */
const longestStop: Milliseconds = 120_000
const firstBackOff: Milliseconds = 100
const longestBackOff: Milliseconds = 30_000
/** Lines kept to explain a failed start. */
const linesKept = 40

export class EmbeddedServer {
  readonly #parts: ServerParts
  #child: ChildProcess | undefined
  #stopping = false
  #backOff = firstBackOff
  #restarting: Promise<void> | undefined

  constructor(parts: ServerParts) {
    this.#parts = parts
  }

  /** The postmaster's process number while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts and waits until it takes connections. @throws StartError */
  async start(): Promise<void> {
    const { cluster, sockets, clock } = this.#parts
    await clearLeftovers(cluster, sockets, clock)
    const child = this.#spawn()
    await this.#ready(child)
    this.#child = child
    child.once('exit', (code, signal) => this.#died(child, signal ?? `code ${code}`))
  }

  /** Stops with a checkpoint; when it does not end in time, without one. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#restarting
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.ref()
    child.kill('SIGINT')
    const impatience = this.#parts.clock.after(longestStop, () => child.kill('SIGQUIT'))
    await exited
    impatience.cancel()
  }

  #spawn(): ChildProcess {
    const { account, postgres, cluster, sockets, environment } = this.#parts
    const settings = { unix_socket_directories: sockets, ...this.#parts.settings }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const command = asAccount(account, postgres, ['-D', cluster, ...options], true)
    // A session of its own: Ctrl-C at the terminal is for us, who then stop it after the last commit.
    return spawn(command.file, command.args, {
      ...command.options,
      cwd: '/',
      env: environment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  }

  #ready(child: ChildProcess): Promise<void> {
    const { clock, log, cluster } = this.#parts
    const said: string[] = []
    return new Promise((resolve, reject) => {
      const limit = clock.after(longestStart, () => {
        child.kill('SIGQUIT')
        reject(
          new StartError(`The built-in PostgreSQL in ${cluster} was not ready after ${longestStart / 60_000} minutes.`),
        )
      })
      const fail = (reason: string) => {
        limit.cancel()
        reject(new StartError(explainFailure([...said, reason].join('\n'), cluster)))
      }
      child.once('error', (error) => fail(error.message))
      // `close`, not `exit`: by then everything it said has been read.
      child.once('close', () => fail(''))
      readLines(child, (line) => {
        if (said.push(line) > linesKept) said.shift()
        if (/(FATAL|PANIC):/.test(line)) log.warn({ line }, 'postgresql')
        else log.debug({ line }, 'postgresql')
        if (!line.includes('database system is ready to accept connections')) return
        limit.cancel()
        letProcessEnd(child)
        resolve()
      })
    })
  }

  #died(child: ChildProcess, how: string): void {
    if (this.#child !== child || this.#stopping) return
    this.#child = undefined
    this.#parts.log.error({ how }, 'The built-in PostgreSQL ended by itself; starting it again.')
    this.#restarting = this.#restart().finally(() => {
      this.#restarting = undefined
    })
  }

  async #restart(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.start()
        this.#backOff = firstBackOff
        return
      } catch (error) {
        this.#parts.log.error({ error }, 'The built-in PostgreSQL does not start; trying again.')
      }
      await this.#parts.clock.wait(this.#backOff)
      this.#backOff = Math.min(this.#backOff * 2, longestBackOff)
    }
  }
}

function readLines(child: ChildProcess, take: (line: string) => void): void {
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = (lines.pop() ?? '').slice(-10_000)
    lines.forEach(take)
  })
}

/** The child alone keeps our process running no longer than it has something else to do. */
function letProcessEnd(child: ChildProcess): void {
  child.unref()
  const pipe: unknown = child.stderr
  if (pipe !== null && typeof pipe === 'object' && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
}
