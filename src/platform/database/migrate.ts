// Brings one schema to the state that the program expects. Each migration is one transaction that also records itself, so an interrupted
// one leaves nothing behind and the next start goes on where this one stopped.
// spec: docs/architecture.md (migrations)

import type { Session } from './connections.ts'
import { StartError, StatementFailed } from './database-errors.ts'
import type { Migration } from './migration-files.ts'

interface Applied {
  readonly number: number
  readonly checksum: string
}

/** First key of the advisory lock that keeps two programs from migrating the same schema; the second is the schema's name. */
const lockClass = 7_231_442

/** SQLSTATEs of a schema or a table that is not there. */
const missing = new Set(['3F000', '42P01'])

/**
 * Creates the schema when it is missing and applies what it lacks. Others that do the same at the same time wait and find it done.
 * @throws StartError when the schema is newer than the program, was changed, or a migration fails (nothing of that one stays).
 */
export async function migrate(session: Session, schema: string, migrations: readonly Migration[]): Promise<void> {
  if ((await pendingIn(session, schema, migrations)).length === 0) return
  await session.run(`select pg_advisory_lock(${lockClass}, hashtext('${schema}'))`)
  try {
    await session.run(prepareSchema(schema))
    // Looked at again under the lock: somebody else may have been quicker.
    for (const migration of await pendingIn(session, schema, migrations)) await apply(session, schema, migration)
  } finally {
    await session.run(`select pg_advisory_unlock(${lockClass}, hashtext('${schema}'))`)
  }
}

async function pendingIn(
  session: Session,
  schema: string,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  try {
    const rows = await session.run(`select number, checksum from ${schema}.migration order by number`)
    return pendingOf(schema, rows as unknown as readonly Applied[], migrations) // row mapping
  } catch (error) {
    if (error instanceof StatementFailed && missing.has(error.code)) return migrations
    throw error
  }
}

function prepareSchema(schema: string): string {
  return `create schema if not exists ${schema};
    set search_path to ${schema};
    set client_min_messages to warning;
    create table if not exists migration (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`
}

async function apply(session: Session, schema: string, migration: Migration): Promise<void> {
  const { number, name, checksum, sql } = migration
  try {
    await session.run(`begin;
${sql}
;
insert into migration (number, name, checksum) values (${number}, '${name}', '${checksum}');
commit`)
  } catch (error) {
    await session.run('rollback')
    const reason = error instanceof StatementFailed ? error.reason : String(error)
    throw new StartError(
      `Migration ${number} (${name}) of schema ${schema} failed and was undone: ${reason}. Start the version of Samband that ran before, and report this.`,
      { cause: error },
    )
  }
}

function pendingOf(
  schema: string,
  applied: readonly Applied[],
  migrations: readonly Migration[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.number, migration]))
  for (const { number, checksum } of applied) {
    const migration = known.get(number)
    if (migration === undefined)
      throw new StartError(
        `Schema ${schema} is newer than this program (migration ${number}). Start the version of Samband that was used last, or restore a backup.`,
      )
    if (migration.checksum !== checksum)
      throw new StartError(
        `Migration ${number} (${migration.name}) is not the one that schema ${schema} was made with. Use an unchanged copy of Samband.`,
      )
  }
  const newest = applied.at(-1)?.number ?? 0
  const pending = migrations.filter((migration) => !applied.some(({ number }) => number === migration.number))
  const late = pending.find((migration) => migration.number < newest)
  if (late !== undefined)
    throw new StartError(
      `Schema ${schema} is at migration ${newest} but lacks number ${late.number} (${late.name}). It was made by an unfinished version of Samband: make it anew, or restore a backup.`,
    )
  return pending
}
