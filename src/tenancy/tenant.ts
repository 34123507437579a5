// One authority's server: its name, its schema, its keys, its settings.
// spec: docs/architecture.md §6

import type { Schema } from '#platform/database/database.ts'
import type { OpenStream } from '#platform/stream/stream.ts'
import type { SigningKey } from '#protocol/crypto/crypto.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { OldKey } from './signing-keys.ts'

/** What an operator has set for one tenant, as JSON. The modules that use a setting check its value. */
export interface TenantSettings {
  readonly [name: string]: unknown
}

export interface Tenant {
  readonly serverName: ServerName
  /** Internal number; never used again after a removal. */
  readonly id: number
  /** Name of its schema. */
  readonly schema: string
  readonly database: Schema
  readonly stream: OpenStream
  /** The key that signs now. */
  readonly signingKey: SigningKey
  /** Keys that signed before. */
  readonly oldKeys: readonly OldKey[]
  readonly settings: TenantSettings
  /** Replaces the settings. */
  saveSettings(settings: TenantSettings): Promise<void>
  /** Signs with a new key from now on. `given`: a seed (32 bytes) and its version. */
  rotateSigningKey(given?: { readonly seed: Uint8Array; readonly version: string }): Promise<void>
}
