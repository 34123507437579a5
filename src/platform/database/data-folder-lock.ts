// One Samband per data folder. The lock is the kernel's (fcntl, held through SQLite, which is built into Node), so it ends with the
// process however it ends, is seen from other containers on the same machine, and cannot go stale.
// spec: docs/manual (data folder)

import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from './database-errors.ts'

export interface FolderLock {
  release(): void
}

const busy = 5

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
    if (error instanceof Error && 'errcode' in error && error.errcode === busy)
      throw new StartError(
        `Another Samband is running on the data folder ${folder}. Stop it first, or give this one a folder of its own (data.folder).`,
      )
    throw new StartError(
      `${file} cannot be locked: check that the disk has room and that the folder may be written to.`,
      {
        cause: error,
      },
    )
  }
}
