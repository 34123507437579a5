// The process's connections to one database: a few lanes that all its tenants share.
// Reads have lanes of their own, so that none stands behind a commit that waits for the disk.
// spec: docs/architecture.md, decision 1 and §6

import type { Clock } from '#platform/clock/clock.ts'
import { Connection, type SqlText } from './connection.ts'
import { Lane } from './lane.ts'
import type { Schema } from './schema.ts'
import { SchemaDatabase } from './schema-database.ts'
import { checkServer } from './server-check.ts'
import type { ConnectionSettings } from './settings.ts'

export interface ConnectionsOptions {
  readonly clock: Clock
  /** Connections for reading. Two, so that one slow query does not hold up all. */
  readonly readLanes?: number
  /** Connections for writing. Three commits wait for the disk together; PostgreSQL makes one flush of them. */
  readonly writeLanes?: number
}

/** A connection of its own, without time limit, for work on the database itself. */
export interface Session {
  /** Runs SQL that may hold several statements; stops at the first error (`StatementFailed`). No values: never build it from outside data. */
  run(sql: string): Promise<readonly { readonly [column: string]: unknown }[]>
}

export interface Connections {
  /** The schema called `name` (a–z, 0–9, _; at most 63 characters). Costs nothing until used. */
  schema(name: string): Schema
  /** Runs `body` with a connection of its own, which is closed afterwards. */
  session<T>(body: (session: Session) => Promise<T>): Promise<T>
  /** Refuses new calls, waits for those under way, closes. */
  close(): Promise<void>
}

/** A statement of ours that runs longer is a fault, not patience (milliseconds). */
const statementTimeout = 30_000

/**
 * Connects and checks that the server fits (version, encoding).
 * @throws StartError with a sentence that says what to do.
 */
export async function connectDatabase(settings: ConnectionSettings, options: ConnectionsOptions): Promise<Connections> {
  await checkServer(settings, options.clock)
  const connect = () => Connection.open(settings, { clock: options.clock, statementTimeout })
  const lanes = (count: number) => Array.from({ length: count }, () => new Lane({ clock: options.clock, connect }))
  const reading = lanes(options.readLanes ?? 2)
  const writing = lanes(options.writeLanes ?? 3)
  return {
    schema: (name) => new SchemaDatabase(name, reading, writing),
    session: (body) => withSession(settings, options.clock, body),
    close: async () => {
      await Promise.all([...reading, ...writing].map((lane) => lane.close()))
    },
  }
}

async function withSession<T>(
  settings: ConnectionSettings,
  clock: Clock,
  body: (session: Session) => Promise<T>,
): Promise<T> {
  const connection = await Connection.open(settings, { clock, statementTimeout: 0 })
  try {
    return await body({ run: (sql) => connection.ask({ text: sql } satisfies SqlText) })
  } finally {
    await connection.close()
  }
}
