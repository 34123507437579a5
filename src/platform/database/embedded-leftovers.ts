// PostgreSQL processes that a killed Samband left behind. We hold the data folder's lock when we look, so nobody else uses them: they are
// stopped, and only when none is left are its lock files taken away. (PostgreSQL's own check compares process numbers, which come again
// after a restart of a container, and would refuse to start for ever.)
// spec: PostgreSQL 18.5 (shutting down the server)

import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { StartError } from './database-errors.ts'

/** A fast shutdown writes a checkpoint; after this time the server is told to leave at once and recovers at the next start. */
const politeWait: Milliseconds = 60_000
const finalWait: Milliseconds = 90_000
const look: Milliseconds = 20

/** Ends everything that works in `cluster` and removes stale lock files. @throws StartError when something cannot be ended. */
export async function clearLeftovers(cluster: string, sockets: string, clock: Clock): Promise<void> {
  const start = clock.now()
  let told: 'nothing' | 'fast' | 'immediate' = 'nothing'
  for (;;) {
    const left = processesIn(cluster)
    if (left.length === 0) break
    const waited = clock.now() - start
    if (waited > finalWait)
      throw new StartError(
        `Processes of an earlier PostgreSQL do not end: ${left.join(', ')}. End them (kill -9 ${left.join(' ')}) and start again.`,
      )
    if (told === 'nothing') {
      told = 'fast'
      tell(left, postmasterOf(cluster), 'SIGINT')
    } else if (told === 'fast' && waited > politeWait) {
      told = 'immediate'
      tell(left, postmasterOf(cluster), 'SIGQUIT')
    }
    await clock.wait(look)
  }
  rmSync(path.join(cluster, 'postmaster.pid'), { force: true })
  for (const name of filesIn(sockets))
    if (name.startsWith('.s.PGSQL.')) rmSync(path.join(sockets, name), { force: true })
}

/** The postmaster alone ends its children; children without a postmaster are told themselves, by the signal that ends a session. */
function tell(left: readonly number[], postmaster: number | undefined, signal: 'SIGINT' | 'SIGQUIT'): void {
  if (postmaster !== undefined && left.includes(postmaster)) signalTo(postmaster, signal)
  else for (const pid of left) signalTo(pid, signal === 'SIGINT' ? 'SIGTERM' : 'SIGQUIT')
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone in the meantime, or not ours: then the waiting above ends with a sentence.
  }
}

function postmasterOf(cluster: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8'), 10)
    return pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** Processes whose working folder is `cluster`: the postmaster and its children have no other. */
export function processesIn(cluster: string): number[] {
  return filesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => workingFolder(pid) === cluster)
    .map(Number)
}

function workingFolder(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
