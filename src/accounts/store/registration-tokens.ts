// Registration tokens: who has one may make an account.
// spec: client-server-api #token-authenticated-registration

import { statement } from '#platform/database/database.ts'

export interface RegistrationTokenRow {
  readonly token: string
  readonly uses_allowed: number | null
  readonly uses: number
  readonly expires_at: number | null
  readonly created_at: number
}

const columns = 'token, uses_allowed, uses, expires_at, created_at'
const usable = '(uses_allowed is null or uses < uses_allowed) and (expires_at is null or expires_at > $2)'

export const insertRegistrationToken = statement<[string, number | null, number | null, number], RegistrationTokenRow>(
  'accounts.insert_registration_token',
  `insert into registration_token (token, uses_allowed, expires_at, created_at)
   values ($1, $2, $3, $4)
   on conflict (token) do nothing
   returning ${columns}`,
)

export const selectRegistrationTokens = statement<[number], RegistrationTokenRow>(
  'accounts.select_registration_tokens',
  `select ${columns} from registration_token order by created_at desc, token limit $1`,
)

export const selectUsableRegistrationToken = statement<[string, number], { readonly token: string }>(
  'accounts.select_usable_registration_token',
  `select token from registration_token where token = $1 and ${usable}`,
)

/** Uses a token once; no row when it is unknown, used up or too old. */
export const useRegistrationToken = statement<[string, number], { readonly token: string }>(
  'accounts.use_registration_token',
  `update registration_token set uses = uses + 1 where token = $1 and ${usable} returning token`,
)

/** Gives a use back: the account could not be made. */
export const giveBackRegistrationToken = statement<[string]>(
  'accounts.give_back_registration_token',
  'update registration_token set uses = uses - 1 where token = $1 and uses > 0',
)

export const deleteRegistrationToken = statement<[string], { readonly token: string }>(
  'accounts.delete_registration_token',
  'delete from registration_token where token = $1 returning token',
)
