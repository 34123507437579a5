// An empty embedded database, made once and copied for each new server: a tenth of the time of making one.

import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { systemClock } from '#platform/clock/clock.ts'
import { startEmbedded } from '#platform/database/database.ts'
import { logTo } from '#platform/log/log.ts'
import { copyData } from './copy-data.ts'

const project = path.join(import.meta.dirname, '../..')

/**
 * Gives a server that has no data folder yet one with an empty database, from `cache`, where the first server of all puts it.
 * Where that does not work, the server makes its own and says what is wrong.
 */
export async function copySeed(cache: string, dataFolder: string): Promise<void> {
  if (existsSync(dataFolder)) return
  const draft = `${dataFolder}.new`
  try {
    const seed = path.join(cache, seedName())
    if (!existsSync(seed)) await makeSeed(seed)
    rmSync(draft, { recursive: true, force: true })
    copyData(seed, draft)
    renameSync(draft, dataFolder)
  } catch {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Another PostgreSQL, or another way of making its data, makes another seed. */
function seedName(): string {
  const hash = createHash('sha256')
  for (const file of ['package-lock.json', 'src/platform/database/embedded-cluster.ts'])
    hash.update(readFileSync(path.join(project, file)))
  return `database-${hash.digest('hex').slice(0, 16)}`
}

/** Many servers may start at once: each makes one of its own, and the first to be ready is kept. */
async function makeSeed(seed: string): Promise<void> {
  const draft = `${seed}.${randomUUID()}`
  mkdirSync(draft, { mode: 0o711 })
  try {
    const database = await startEmbedded({
      dataFolder: draft,
      clock: systemClock(),
      log: logTo({ write() {} }, 'silent'),
    })
    await database.stop()
    renameSync(draft, seed)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(seed)) throw error
  }
}
