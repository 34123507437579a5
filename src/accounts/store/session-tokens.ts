// Access and refresh tokens, as SHA-256 only.
// spec: client-server-api #using-access-tokens, #refreshing-access-tokens

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

/** A token with its device and account. `has_older`: tokens of an earlier generation still live. */
export interface TokenRow {
  readonly user_number: number
  readonly user_id: string
  readonly device_id: string
  readonly session_number: number
  readonly generation: number
  readonly expires_at: number | null
  readonly assurance: string | null
  readonly identity_provider: string | null
  readonly is_guest: boolean
  readonly is_admin: boolean
  readonly is_locked: boolean
  readonly is_suspended: boolean
  readonly is_deactivated: boolean
  readonly has_older: boolean
}

/** $2: `access` or `refresh`. */
export const selectToken = statement<[string, string], TokenRow>(
  'accounts.select_token',
  `select a.user_number, t.user_id, t.device_id, d.session_number, t.generation, t.expires_at, d.assurance, d.identity_provider,
          a.is_guest, a.is_admin, a.is_locked, a.is_suspended, a.is_deactivated,
          exists (select from session_token o
                   where o.user_id = t.user_id and o.device_id = t.device_id and o.generation < t.generation) as has_older
     from session_token t
     join device d on d.user_id = t.user_id and d.device_id = t.device_id
     join account a on a.user_id = t.user_id
    where t.token_hash = $1 and t.kind = $2`,
)

export const insertToken = statement<[string, string, string, string, number, number, number | null]>(
  'accounts.insert_token',
  `insert into session_token (token_hash, kind, user_id, device_id, generation, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
)

/** Every token of a device, before a login on it. */
export const deleteTokensOfDevice = statement<[string, string]>(
  'accounts.delete_tokens_of_device',
  'delete from session_token where user_id = $1 and device_id = $2',
)

/** The new tokens are in use: the ones before them end. */
export const deleteOlderTokens = statement<[string, string, number]>(
  'accounts.delete_older_tokens',
  'delete from session_token where user_id = $1 and device_id = $2 and generation < $3',
)

/** The client never got the answer to its last refresh: what that refresh made ends. */
export const deleteNewerTokens = statement<[string, string, number]>(
  'accounts.delete_newer_tokens',
  'delete from session_token where user_id = $1 and device_id = $2 and generation > $3',
)

export interface NewToken {
  readonly hash: string
  readonly kind: 'access' | 'refresh'
  readonly userId: string
  readonly deviceId: string
  readonly createdAt: number
  readonly expiresAt: number | null
}

/** The first tokens of a new device. */
export const insertFirstToken: Writer<NewToken> = {
  name: 'accounts.insert_first_token',
  rank: 220,
  text: `insert into session_token (token_hash, kind, user_id, device_id, generation, created_at, expires_at)
         select x.token_hash, x.kind, x.user_id, x.device_id, 0, x.created_at, x.expires_at
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
                as x (token_hash, kind, user_id, device_id, created_at, expires_at)`,
  columns: (row) => [row.hash, row.kind, row.userId, row.deviceId, row.createdAt, row.expiresAt],
}
