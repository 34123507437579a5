// The tenants of one database: made, listed, opened, removed.
// spec: docs/architecture.md §6

import type { Clock } from '#platform/clock/clock.ts'
import {
  type Connections,
  migrate,
  readMigrations,
  type Schema,
  tenantMigrations,
} from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { openTenant } from './open-tenant.ts'
import { makeSigningKey } from './signing-keys.ts'
import {
  deleteTenant,
  findTenant,
  insertTenant,
  listTenants,
  markRemoved,
  type TenantRow,
} from './store/tenant-rows.ts'
import type { CreateOptions, TenantEntry, Tenants } from './tenancy-contract.ts'
import type { Tenant } from './tenant.ts'
import { TenantExists, TenantUnknown, WrongServerName } from './tenant-errors.ts'

export interface TenantListParts {
  readonly connections: Connections
  readonly shared: Schema
  readonly secret: Buffer
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const schemaOf = (id: number) => `t_${id}`

/** Applies what the tenants' schemas lack. 300 that lack nothing are looked through in a tenth of a second. @throws StartError */
export async function migrateTenants(connections: Connections, shared: Schema): Promise<void> {
  const tenants = await shared.run(listTenants)
  const migrations = readMigrations(tenantMigrations)
  await connections.session(async (session) => {
    for (const { id } of tenants) await migrate(session, schemaOf(id), migrations)
  })
}

export class TenantList implements Tenants {
  readonly #parts: TenantListParts
  /** Bounded by the number of tenants of the installation. */
  readonly #open = new Map<string, Promise<Tenant>>()

  constructor(parts: TenantListParts) {
    this.#parts = parts
  }

  async create(name: string, options: CreateOptions = {}): Promise<TenantEntry> {
    const serverName = parseServerName(name)
    if (serverName === undefined) throw new WrongServerName(name)
    const { shared, connections, clock } = this.#parts
    const createdAt = clock.now()
    const row = await shared.one(insertTenant, serverName, JSON.stringify(options.settings ?? {}), createdAt)
    if (row === undefined) throw new TenantExists(serverName)
    const owner = { id: row.id, serverName }
    try {
      await makeSigningKey(owner, this.#parts, options.signingKey)
      await connections.session((session) => migrate(session, schemaOf(row.id), readMigrations(tenantMigrations)))
    } catch (error) {
      // As if it had never been, so that the same command can be given again.
      await this.#drop(row.id)
      throw error
    }
    return { id: row.id, serverName, createdAt, removedAt: undefined }
  }

  async list(): Promise<readonly TenantEntry[]> {
    return (await this.#parts.shared.run(listTenants)).map(entryOf)
  }

  open(serverName: string): Promise<Tenant> {
    const known = this.#open.get(serverName)
    if (known !== undefined) return known
    const opening = this.#openNow(serverName)
    this.#open.set(serverName, opening)
    opening.catch(() => this.#open.delete(serverName))
    return opening
  }

  async remove(serverName: string, { dropSchema }: { readonly dropSchema: boolean }): Promise<void> {
    const row = await this.#find(serverName)
    await this.#parts.shared.run(markRemoved, serverName, row.removed_at ?? this.#parts.clock.now())
    this.#open.delete(serverName)
    if (dropSchema) await this.#drop(row.id)
  }

  async restore(serverName: string): Promise<void> {
    await this.#find(serverName)
    await this.#parts.shared.run(markRemoved, serverName, null)
  }

  async #openNow(serverName: string): Promise<Tenant> {
    const row = await this.#find(serverName)
    if (row.removed_at !== null) throw new TenantUnknown(serverName)
    return openTenant({ ...this.#parts, row, schema: schemaOf(row.id) })
  }

  async #find(serverName: string): Promise<TenantRow> {
    const row = await this.#parts.shared.one(findTenant, serverName)
    if (row === undefined) throw new TenantUnknown(serverName)
    return row
  }

  /** The schema first: a crash between leaves a tenant that is listed and can be dropped again, never data that nobody knows of. */
  async #drop(id: number): Promise<void> {
    await this.#parts.connections.session(async (session) => {
      await session.run(`set client_min_messages to warning; drop schema if exists ${schemaOf(id)} cascade`)
    })
    await this.#parts.shared.run(deleteTenant, id)
  }
}

function entryOf(row: TenantRow): TenantEntry {
  return {
    id: row.id,
    serverName: row.server_name as ServerName, // row mapping: parsed when it was created
    createdAt: row.created_at,
    removedAt: row.removed_at ?? undefined,
  }
}
