// Whether the PostgreSQL we were pointed to is one we can live on, said in sentences an operator can act on.
// spec: docs/manual (database.url)

import type { Clock } from '#platform/clock/clock.ts'
import { Connection } from './connection.ts'
import { StartError } from './database-errors.ts'
import { type ConnectionSettings, placeOf } from './settings.ts'

const oldestMajor = 15
/** Enough for a look at the settings; a server that takes longer is in trouble (milliseconds). */
const timeout = 10_000

/** Looks at version and encoding. @throws StartError */
export async function checkServer(settings: ConnectionSettings, clock: Clock): Promise<void> {
  const connection = await connect(settings, clock)
  try {
    const [row] = await connection.ask({
      text: `select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
                    has_database_privilege(current_database(), 'create') as "mayCreate", pg_is_in_recovery() as "standby"`,
    })
    refuseUnfit(row ?? {}, placeOf(settings))
  } finally {
    await connection.close()
  }
}

async function connect(settings: ConnectionSettings, clock: Clock): Promise<Connection> {
  try {
    return await Connection.open(settings, { clock, statementTimeout: timeout })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StartError(
      `${placeOf(settings)} does not take us: ${reason} Check database.url, and that it is running.`,
      {
        cause: error,
      },
    )
  }
}

/** The rules by themselves. @throws StartError */
export function refuseUnfit(found: { readonly [column: string]: unknown }, place: string): void {
  const major = Math.floor(Number(found['version']) / 10_000)
  if (!(major >= oldestMajor))
    throw new StartError(`${place} is version ${major}. Samband needs PostgreSQL ${oldestMajor} or newer: upgrade it.`)
  if (found['encoding'] !== 'UTF8')
    throw new StartError(
      `The database at ${place} has the encoding ${found['encoding']}. Create one with: create database samband encoding 'UTF8' locale 'C.UTF-8' template template0.`,
    )
  if (found['standby'] === true)
    throw new StartError(`${place} is a standby that cannot be written to. Point database.url to the primary.`)
  if (found['mayCreate'] !== true)
    throw new StartError(
      `The user in database.url may not create schemas at ${place}. Run there: grant create on database … to that user.`,
    )
}
