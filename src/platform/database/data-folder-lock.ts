// One Samband per data folder. The lock is the kernel's (fcntl, held through SQLite, which is built into Node), so it ends with the
// process however it ends, is seen from other containers on the same machine, and cannot go stale.
// spec: docs/manual (data folder)

import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from './database-errors.ts'

export interface FolderLock {
  release(): void
}

/** SQLite's result codes. */
const busy = 5
const full = 13

/** Takes the lock `samband.lock` in `folder`. @throws StartError when another process has it. */
export function lockDataFolder(folder: string): FolderLock {
  const file = path.join(folder, 'samband.lock')
  try {
    const holder = new DatabaseSync(file)
    try {
      holder.exec('pragma locking_mode = exclusive; begin exclusive')
    } catch (error) {
      holder.close()
      throw error
    }
    return { release: () => holder.close() }
  } catch (error) {
    throw new StartError(reasonOf(error, folder), { cause: error })
  }
}

function reasonOf(error: unknown, folder: string): string {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  if (code === busy)
    return `Another Samband is running on the data folder ${folder}. Stop it first, or give this one a folder of its own (the setting "data").`
  if (code === full)
    return `The disk of ${folder} is full. Make room there and start again; nothing that was confirmed is lost.`
  return `${path.join(folder, 'samband.lock')} cannot be locked: check that the folder may be written to by the user that runs Samband.`
}
