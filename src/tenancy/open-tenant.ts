// A tenant in service: its stream is open, its keys are at hand.
// spec: docs/architecture.md §6

import type { Clock } from '#platform/clock/clock.ts'
import type { Connections, Schema } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import { type OpenStream, openStream } from '#platform/stream/stream.ts'
import type { SigningKey } from '#protocol/crypto/crypto.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { makeSigningKey, type OldKey, readSigningKeys, type SigningKeys } from './signing-keys.ts'
import { saveSettings, type TenantRow } from './store/tenant-rows.ts'
import type { Tenant, TenantSettings } from './tenant.ts'

export interface OpenTenantParts {
  readonly connections: Connections
  readonly shared: Schema
  readonly secret: Buffer
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly row: TenantRow
  readonly schema: string
}

export async function openTenant(parts: OpenTenantParts): Promise<Tenant> {
  const serverName = parts.row.server_name as ServerName // row mapping: parsed when it was created
  const database = parts.connections.schema(parts.schema)
  const log = parts.log.with({ server_name: serverName })
  const stream = await openStream({ schema: database, clock: parts.clock, log })
  const keys = await readSigningKeys({ id: parts.row.id, serverName }, parts)
  return new TenantInService({ ...parts, serverName, database, stream, keys })
}

class TenantInService implements Tenant {
  readonly serverName: ServerName
  readonly id: number
  readonly schema: string
  readonly database: Schema
  readonly stream: OpenStream
  readonly #parts: OpenTenantParts
  #keys: SigningKeys
  #settings: TenantSettings

  constructor(
    parts: OpenTenantParts & {
      readonly serverName: ServerName
      readonly database: Schema
      readonly stream: OpenStream
      readonly keys: SigningKeys
    },
  ) {
    this.serverName = parts.serverName
    this.id = parts.row.id
    this.schema = parts.schema
    this.database = parts.database
    this.stream = parts.stream
    this.#parts = parts
    this.#keys = parts.keys
    this.#settings = JSON.parse(parts.row.settings)
  }

  get signingKey(): SigningKey {
    return this.#keys.current
  }

  get oldKeys(): readonly OldKey[] {
    return this.#keys.old
  }

  get settings(): TenantSettings {
    return this.#settings
  }

  async saveSettings(settings: TenantSettings): Promise<void> {
    await this.#parts.shared.run(saveSettings, this.id, JSON.stringify(settings))
    this.#settings = settings
  }

  async rotateSigningKey(given?: { readonly seed: Uint8Array; readonly version: string }): Promise<void> {
    const owner = { id: this.id, serverName: this.serverName }
    await makeSigningKey(owner, this.#parts, given)
    this.#keys = await readSigningKeys(owner, this.#parts)
  }
}
