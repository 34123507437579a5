// An empty database for a peer, in the embedded PostgreSQL of a run.

import { systemClock } from '#platform/clock/clock.ts'
import { connectDatabase, type EmbeddedDatabase } from '#platform/database/database.ts'

/** In C collation, as Synapse insists. */
export async function emptyDatabase({ settings }: EmbeddedDatabase, name: 'synapse' | 'dendrite') {
  if ('url' in settings) throw new Error('The database of this run is an embedded one.')
  const connections = await connectDatabase(settings, { clock: systemClock(), readLanes: 1, writeLanes: 1 })
  try {
    await connections.session((session) =>
      session.run(`create database ${name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0`),
    )
  } finally {
    await connections.close()
  }
  return settings
}
