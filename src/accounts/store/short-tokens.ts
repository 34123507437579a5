// Tokens that live for minutes: for one login, and for OpenID.
// spec: client-server-api, POST /_matrix/client/v1/login/get_token; modules/openid

import { statement } from '#platform/database/database.ts'

export const insertLoginToken = statement<[string, string, number]>(
  'accounts.insert_login_token',
  'insert into login_token (token_hash, user_id, expires_at) values ($1, $2, $3)',
)

/** Takes a login token: a second login with it finds nothing. */
export const takeLoginToken = statement<[string], { readonly user_id: string; readonly expires_at: number }>(
  'accounts.take_login_token',
  'delete from login_token where token_hash = $1 returning user_id, expires_at',
)

/** Clears a user's tokens that ended at $2 or before. */
export const deleteLoginTokens = statement<[string, number]>(
  'accounts.delete_login_tokens',
  'delete from login_token where user_id = $1 and expires_at <= $2',
)

export const insertOpenIdToken = statement<[string, string, number]>(
  'accounts.insert_openid_token',
  'insert into openid_token (token_hash, user_id, expires_at) values ($1, $2, $3)',
)

export const selectOpenIdToken = statement<[string, number], { readonly user_id: string }>(
  'accounts.select_openid_token',
  'select user_id from openid_token where token_hash = $1 and expires_at > $2',
)

/** Clears a user's tokens that ended at $2 or before, and all but the newest $3. */
export const deleteOpenIdTokens = statement<[string, number, number]>(
  'accounts.delete_openid_tokens',
  `delete from openid_token
    where user_id = $1
      and (expires_at <= $2
           or token_hash in (select token_hash from openid_token where user_id = $1 order by expires_at desc offset $3))`,
)

/** Forgets tokens of all users that ended at $1 or before, at most $2 of each kind. Returns a row for each. */
export const deleteEndedTokens = statement<[number, number], { readonly user_id: string }>(
  'accounts.delete_ended_tokens',
  `with of_login as (delete from login_token where token_hash in
          (select token_hash from login_token where expires_at <= $1 limit $2) returning user_id),
      of_openid as (delete from openid_token where token_hash in
          (select token_hash from openid_token where expires_at <= $1 limit $2) returning user_id)
    select user_id from of_login union all select user_id from of_openid`,
)
