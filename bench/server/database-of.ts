// A look into the embedded database of a server, beside the server.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { systemClock } from '#platform/clock/clock.ts'
import { type ConnectionSettings, type Connections, connectDatabase } from '#platform/database/database.ts'

/** The embedded database below a running server's data folder. The path must be short enough for a socket. */
export function settingsBelow(dataFolder: string): ConnectionSettings {
  const home = path.join(dataFolder, 'postgres')
  return {
    host: path.join(home, 'run'),
    port: 5432,
    user: 'samband',
    password: readFileSync(path.join(home, 'password'), 'utf8').trim(),
    database: 'samband',
  }
}

export const openDatabaseOf = (dataFolder: string): Promise<Connections> => openDatabaseAt(settingsBelow(dataFolder))

export const openDatabaseAt = (settings: ConnectionSettings): Promise<Connections> =>
  connectDatabase(settings, { clock: systemClock(), readLanes: 1, writeLanes: 1 })

/** The number of the next writing transaction: the difference of two looks is how many there were between them. */
export async function nextTransaction(connections: Connections): Promise<number> {
  const rows = await connections.session((session) =>
    session.run('select pg_snapshot_xmax(pg_current_snapshot())::text as next'),
  )
  return Number(rows[0]?.['next'])
}
