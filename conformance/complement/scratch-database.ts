// The suite's own PostgreSQL (PGHOST, PGUSER): one database in it for each server folder, named after the folder.
// spec: PostgreSQL, CREATE DATABASE

import { createHash } from 'node:crypto'
import path from 'node:path'
import { systemClock } from '#platform/clock/clock.ts'
import { connectDatabase, type Session, StatementFailed } from '#platform/database/database.ts'

export interface ScratchServer {
  /** Folder of the socket, or a host name. */
  readonly host: string
  readonly user: string
}

/** What the environment names; undefined without PGHOST. */
export function scratchServer({ PGHOST, PGUSER }: NodeJS.ProcessEnv): ScratchServer | undefined {
  return PGHOST ? { host: PGHOST, user: PGUSER || 'postgres' } : undefined
}

export const urlOf = (server: ScratchServer, root: string): string => addressOf(server, databaseOf(root))

/** Makes the database of a folder unless it is there. */
export async function ensureDatabase(server: ScratchServer, root: string): Promise<void> {
  await maintain(server, async (session) => {
    const name = databaseOf(root)
    const found = await session.run(`select from pg_database where datname = '${name}'`)
    if (found.length === 0) await session.run(`create database ${name} encoding 'UTF8' template template0 ${byFiles}`)
  })
}

/** Copies the database of a stopped server. Does nothing when that one has never run. */
export async function copyDatabase(server: ScratchServer, source: string, destination: string): Promise<void> {
  await maintain(server, async (session) => {
    const name = databaseOf(source)
    const found = await session.run(`select from pg_database where datname = '${name}'`)
    if (found.length === 0) return
    // A server that was killed may have sessions left for a moment.
    await session.run(`select pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = '${name}'`)
    // And a run that broke off may have left a database of the folder's name.
    await session.run(`drop database if exists ${databaseOf(destination)} with (force)`)
    await session.run(`create database ${databaseOf(destination)} template ${name} ${byFiles}`)
  })
}

/** Removes the database of a folder, if there is one. */
export async function dropDatabase(server: ScratchServer, root: string): Promise<void> {
  await maintain(server, (session) => session.run(`drop database if exists ${databaseOf(root)} with (force)`))
}

/** A scratch server does not flush to disk: then copying files (and its checkpoints) is four times as fast as copying through the log. */
const byFiles = 'strategy file_copy'

/** Paths are longer than names of databases may be. */
const databaseOf = (root: string): string =>
  `samband_${createHash('sha256').update(path.resolve(root)).digest('hex').slice(0, 24)}`

const addressOf = ({ host, user }: ScratchServer, database: string): string =>
  `postgres://${encodeURIComponent(user)}@${encodeURIComponent(host)}/${database}`

async function maintain<Result>(server: ScratchServer, act: (session: Session) => Promise<Result>): Promise<void> {
  const connections = await connectDatabase(
    { url: addressOf(server, 'postgres') },
    { clock: systemClock(), readLanes: 1, writeLanes: 1 },
  )
  try {
    await connections.session(act)
  } catch (error) {
    throw error instanceof StatementFailed
      ? new Error(`The scratch PostgreSQL refused: ${error.message}`, { cause: error })
      : error
  } finally {
    await connections.close()
  }
}
