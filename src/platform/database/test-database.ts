// A fresh database for a test file, with all migrations applied, in some tens of milliseconds. Face for tests, of this module and others.
//
//   const { database } = await testDatabase(t)                      in a test
//   const { database } = await testDatabase({ after })              for a whole file, at its top; `after` from node:test
//
// spec: docs/architecture.md (tests)

import { systemClock } from '#platform/clock/clock.ts'
import { Connection } from './connection.ts'
import { type Connections, connectDatabase } from './connections.ts'
import type { Schema } from './schema.ts'
import type { ConnectionSettings } from './settings.ts'
import { testServer } from './test-server.ts'

/** What ends with the test: its context, or the functions of node:test. */
export interface TestScope {
  after(act: () => Promise<void> | void): void
}

export interface TestDatabase {
  /** A tenant's schema with all migrations. */
  readonly database: Schema
  /** The schema's name. */
  readonly schema: string
  readonly connections: Connections
  readonly settings: ConnectionSettings
}

/** A database of its own with all migrations: the shared schema `samband` and one tenant's schema. */
export async function testDatabase(scope: TestScope): Promise<TestDatabase> {
  const { settings, drop } = await cloneDatabase('with migrations')
  const connections = await connectDatabase(settings, { clock: systemClock() })
  atTheEnd(scope, async () => {
    await connections.close()
    await drop()
  })
  return { database: connections.schema('tenant'), schema: 'tenant', connections, settings }
}

/** The address of an empty database of its own: for tests of migrations and tenants. */
export async function emptyTestDatabase(scope: TestScope): Promise<ConnectionSettings> {
  const { settings, drop } = await cloneDatabase('empty')
  atTheEnd(scope, drop)
  return settings
}

async function cloneDatabase(
  kind: 'with migrations' | 'empty',
): Promise<{ readonly settings: ConnectionSettings; readonly drop: () => Promise<void> }> {
  const { settings, template } = await testServer()
  const name = `test_${process.pid}_${process.hrtime.bigint()}`
  const origin = kind === 'empty' ? 'template1' : template
  // 50 ms against 220 ms for wal_log: its checkpoints cost nothing without fsync.
  await inMaintenance(settings, `create database ${name} template ${origin} strategy file_copy`)
  const drop = () => inMaintenance(settings, `drop database ${name} with (force)`)
  return { settings: { ...settings, database: name }, drop }
}

/** After what the test itself has put off to its end, which may still use the database: hooks run in order, so this one comes last. */
function atTheEnd(scope: TestScope, act: () => Promise<void>): void {
  scope.after(() => scope.after(act))
}

async function inMaintenance(settings: Exclude<ConnectionSettings, { url: string }>, sql: string): Promise<void> {
  const connection = await Connection.open(
    { ...settings, database: 'postgres' },
    { clock: systemClock(), statementTimeout: 0 },
  )
  try {
    await connection.ask({ text: sql })
  } finally {
    await connection.close()
  }
}
