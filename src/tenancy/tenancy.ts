// Tenants: the authorities whose servers this installation is. Each has a name, a schema of its own, and keys of its own. Face of the module.
// spec: docs/architecture.md §6

import path from 'node:path'
import type { Clock } from '#platform/clock/clock.ts'
import { type Connections, migrate, readMigrations, sharedMigrations } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import { readOrMakeSecretsFile, readSecretsFile } from './secrets-file.ts'
import { hasSigningKeys, refuseWrongSecret } from './signing-keys.ts'
import type { Tenants } from './tenancy-contract.ts'
import { migrateTenants, TenantList } from './tenant-list.ts'

export type { OldKey } from './signing-keys.ts'
export type { CreateOptions, TenantEntry, Tenants } from './tenancy-contract.ts'
export type { Tenant, TenantSettings } from './tenant.ts'
export { TenantExists, TenantUnknown, WrongServerName } from './tenant-errors.ts'

export interface TenancyOptions {
  readonly connections: Connections
  /** Holds `secrets.key`, which is made on the first start (mode 0600). */
  readonly dataFolder: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** Name of the schema that all tenants of a database share. */
const sharedSchema = 'samband'

/** Brings the shared schema and all tenants' schemas up to date and opens the list. @throws StartError */
export async function openTenancy(options: TenancyOptions): Promise<Tenants> {
  const { connections } = options
  await connections.session((session) => migrate(session, sharedSchema, readMigrations(sharedMigrations)))
  const shared = connections.schema(sharedSchema)
  const file = path.join(options.dataFolder, 'secrets.key')
  // Where keys are sealed already, a missing file is a loss to be told of, not a first start.
  const secret = (await hasSigningKeys(shared)) ? readSecretsFile(file) : readOrMakeSecretsFile(file)
  await refuseWrongSecret(shared, secret)
  await migrateTenants(connections, shared)
  return new TenantList({ ...options, shared, secret })
}
