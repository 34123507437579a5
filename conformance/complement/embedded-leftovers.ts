// What an embedded PostgreSQL may leave behind when its server is killed: itself for a moment, and a socket folder outside of ROOT.
// spec: PostgreSQL, postmaster.pid and postmaster.opts in the data folder

import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { dataFolder } from './settings.ts'

const clusterOf = (root: string): string => path.join(dataFolder(root), 'postgres/cluster')

/** How long a database that lost its server may write its last checkpoint before it is ended (milliseconds); and between two looks. */
const PATIENCE = 2_000
const LOOK = 10

/** Resolves when the folder's PostgreSQL has ended; ends it when it does not by itself. */
export async function untilEnded(root: string): Promise<void> {
  const pid = postmasterOf(root)
  if (pid === undefined) return
  for (const until = Date.now() + PATIENCE; Date.now() < until; await pause(LOOK)) if (!isOurs(pid, root)) return
  process.kill(pid, 'SIGQUIT')
  while (isOurs(pid, root)) await pause(LOOK)
}

/** Ends the folder's PostgreSQL at once. */
export async function end(root: string): Promise<void> {
  const pid = postmasterOf(root)
  if (pid === undefined || !isOurs(pid, root)) return
  process.kill(pid, 'SIGQUIT')
  while (isOurs(pid, root)) await pause(LOOK)
}

/** Long paths have the socket in the system's folder for temporary files. */
export function removeSocketFolder(root: string): void {
  const folder = /"unix_socket_directories=([^"]+)"/.exec(read(path.join(clusterOf(root), 'postmaster.opts')))?.[1]
  const isOutside = folder !== undefined && !path.resolve(folder).startsWith(`${path.resolve(root)}${path.sep}`)
  if (isOutside && path.basename(folder).startsWith('samband-')) rmSync(folder, { recursive: true, force: true })
}

function postmasterOf(root: string): number | undefined {
  const pid = Number.parseInt(read(path.join(clusterOf(root), 'postmaster.pid')), 10)
  return pid > 0 ? pid : undefined
}

/** Numbers of processes are used again: only one that was started on this folder is ours to end. */
const isOurs = (pid: number, root: string): boolean => read(`/proc/${pid}/cmdline`).includes(clusterOf(root))

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
