// What the tenancy offers to the rest of the program.
// spec: docs/architecture.md §6

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Tenant } from './tenant.ts'

export interface TenantEntry {
  readonly id: number
  readonly serverName: ServerName
  readonly createdAt: number
  /** Milliseconds since 1970; undefined while it is in use. */
  readonly removedAt: number | undefined
}

export interface Tenants {
  /** Makes a tenant with its schema and a signing key. @throws WrongServerName, TenantExists */
  create(serverName: string, options?: CreateOptions): Promise<TenantEntry>
  /** All tenants by name, the removed ones too. */
  list(): Promise<readonly TenantEntry[]>
  /** The tenant, open; the same object each time. @throws TenantUnknown when there is none, or it is removed */
  open(serverName: string): Promise<Tenant>
  /**
   * Takes the tenant out of service. Its schema and keys stay, and `restore` brings it back – unless `dropSchema` is true: then
   * everything of it is destroyed for ever. Stop what uses it first. @throws TenantUnknown
   */
  remove(serverName: string, options: { readonly dropSchema: boolean }): Promise<void>
  /** Brings a removed tenant back into service. @throws TenantUnknown */
  restore(serverName: string): Promise<void>
}

export interface CreateOptions {
  readonly settings?: { readonly [name: string]: unknown }
  /** The signing key of a server that moves here: its 32-byte seed and version. */
  readonly signingKey?: { readonly seed: Uint8Array; readonly version: string }
}
