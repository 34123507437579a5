// Program: copies a stopped server into an empty folder: the same name, keys, people and rooms.
//   node clone.ts SRC DST         PGHOST and PGUSER from the environment

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { untilEnded } from './embedded-leftovers.ts'
import { copyDatabase, scratchServer } from './scratch-database.ts'
import { dataFolder } from './settings.ts'

const [source, destination] = process.argv.slice(2).map((folder) => path.resolve(folder))
if (source === undefined || destination === undefined) throw new Error('clone.ts wants SRC and DST.')
const scratch = scratchServer(process.env)

mkdirSync(destination, { recursive: true })
if (!scratch) await untilEnded(source)
if (existsSync(dataFolder(source))) copyFiles(dataFolder(source), dataFolder(destination))
if (scratch) await copyDatabase(scratch, source, destination)

/** `cp` shares blocks where the file system can, and keeps owners. Locks, sockets and links are made anew by the next start. */
function copyFiles(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-a', '--reflink=auto', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The data could not be copied: ${stderr}`)
  for (const name of [
    'samband.lock',
    'samband.lock-journal',
    'postgres/run',
    'postgres/lib',
    'postgres/cluster/postmaster.pid',
  ])
    rmSync(path.join(to, name), { recursive: true, force: true })
}
