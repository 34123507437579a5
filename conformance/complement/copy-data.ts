// Copies a stopped server's data folder, its embedded database included.

import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'

/** What the next start makes anew: locks, sockets, links. */
const ofOneRun = [
  'samband.lock',
  'samband.lock-journal',
  'postgres/run',
  'postgres/lib',
  'postgres/cluster/postmaster.opts',
  'postgres/cluster/postmaster.pid',
]

/** `to` must not be there yet. `cp` shares blocks where the file system can, and keeps owners. */
export function copyData(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', '--reflink=auto', '--', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The data could not be copied: ${stderr}`)
  for (const name of ofOneRun) rmSync(path.join(to, name), { recursive: true, force: true })
}
