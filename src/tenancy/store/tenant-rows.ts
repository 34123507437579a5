// The list of tenants and their signing keys, in the schema that all tenants of a database share.
// spec: docs/architecture.md §6

import { statement } from '#platform/database/database.ts'

export interface TenantRow {
  readonly id: number
  readonly server_name: string
  readonly settings: string
  readonly created_at: number
  readonly removed_at: number | null
}

export interface SigningKeyRow {
  readonly key_id: string
  readonly public_key: string
  readonly sealed_seed: Uint8Array
  readonly expired_at: number | null
}

export const insertTenant = statement<[serverName: string, settings: string, createdAt: number], { id: number }>(
  'tenancy.insert_tenant',
  `insert into tenant (server_name, settings, created_at) values ($1, $2, $3)
    on conflict (server_name) do nothing returning id`,
)

export const listTenants = statement<[], TenantRow>(
  'tenancy.list_tenants',
  'select id, server_name, settings, created_at, removed_at from tenant order by server_name',
)

export const findTenant = statement<[serverName: string], TenantRow>(
  'tenancy.find_tenant',
  'select id, server_name, settings, created_at, removed_at from tenant where server_name = $1',
)

export const markRemoved = statement<[serverName: string, removedAt: number | null]>(
  'tenancy.mark_removed',
  'update tenant set removed_at = $2::bigint where server_name = $1',
)

export const deleteTenant = statement<[id: number]>('tenancy.delete_tenant', 'delete from tenant where id = $1')

export const saveSettings = statement<[id: number, settings: string]>(
  'tenancy.save_settings',
  'update tenant set settings = $2 where id = $1',
)

/** Newest first; the current one is the one without expiry. */
export const listSigningKeys = statement<[id: number], SigningKeyRow>(
  'tenancy.list_signing_keys',
  `select key_id, public_key, sealed_seed, expired_at from signing_key where tenant_id = $1
    order by expired_at desc nulls first, key_id`,
)

/** One sealed key of anybody: to see whether the key file fits the database. */
export const anySigningKey = statement<[], { server_name: string; key_id: string; sealed_seed: Uint8Array }>(
  'tenancy.any_signing_key',
  'select server_name, key_id, sealed_seed from signing_key join tenant on id = tenant_id order by id limit 1',
)

export const expireSigningKeys = statement<[id: number, expiredAt: number]>(
  'tenancy.expire_signing_keys',
  'update signing_key set expired_at = $2 where tenant_id = $1 and expired_at is null',
)

export const insertSigningKey = statement<
  [id: number, keyId: string, publicKey: string, sealedSeed: Uint8Array, createdAt: number]
>(
  'tenancy.insert_signing_key',
  `insert into signing_key (tenant_id, key_id, public_key, sealed_seed, created_at) values ($1, $2, $3, $4, $5)`,
)
