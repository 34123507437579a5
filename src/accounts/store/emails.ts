// The tables of e-mail addresses: whose they are, and proofs under way.
// spec: client-server-api #adding-account-administrative-contact-information

import { statement } from '#platform/database/database.ts'

export interface EmailRow {
  readonly address: string
  readonly user_id: string
  readonly validated_at: number
  readonly added_at: number
}

export const selectEmails = statement<[string], EmailRow>(
  'accounts.select_emails',
  'select address, user_id, validated_at, added_at from account_email where user_id = $1 order by added_at, address',
)

export const selectEmailOwner = statement<[string], { readonly user_id: string; readonly has_password: boolean }>(
  'accounts.select_email_owner',
  `select user_id, password_hash is not null as has_password
     from account_email join account using (user_id)
    where address = $1`,
)

export const deleteEmail = statement<[string, string]>(
  'accounts.delete_email',
  'delete from account_email where user_id = $1 and address = $2',
)

export const deleteEmailsOfUser = statement<[string]>(
  'accounts.delete_emails_of_user',
  'delete from account_email where user_id = $1',
)

/**
 * Uses up a confirmed proof $1 that has not ended at $3, and gives its address to the user $2 unless somebody has it, or the user's account is closed. No row: nothing
 * was given.
 */
export const giveEmail = statement<[string, string, number], { readonly address: string }>(
  'accounts.give_email',
  `with proof as (delete from email_proof
                   where sid = $1 and validated_at is not null and expires_at > $3
                  returning address, validated_at)
   insert into account_email (address, user_id, validated_at, added_at)
   select address, account.user_id, validated_at, $3 from proof, account
    where account.user_id = $2 and not is_deactivated
   on conflict (address) do nothing
   returning address`,
)

export interface ProofRow {
  readonly sid: string
  readonly purpose: 'register' | 'add' | 'reset'
  readonly address: string
  readonly client_secret_hash: string
  readonly token_hash: string
  readonly send_attempt: number
  readonly next_link: string | null
  readonly validated_at: number | null
}

const columns = 'sid, purpose, address, client_secret_hash, token_hash, send_attempt, next_link, validated_at'

/** The proof that has not ended at $4. */
export const selectProof = statement<[string, string, string, number], ProofRow>(
  'accounts.select_proof',
  `select ${columns} from email_proof
    where purpose = $1 and address = $2 and client_secret_hash = $3 and expires_at > $4`,
)

/** The proof of a session that has not ended at $2. */
export const selectProofBySid = statement<[string, number], ProofRow>(
  'accounts.select_proof_by_sid',
  `select ${columns} from email_proof where sid = $1 and expires_at > $2`,
)

/**
 * Begins a proof, or goes on with one by a new token. Members as in the table, and the moment. No row: it is confirmed, or a mail of
 * this or a later attempt was sent already. One that has ended begins anew, under the new session.
 */
export const beginProof = statement<
  [string, string, string, string, string, number, string | null, number, number],
  { readonly sid: string }
>(
  'accounts.begin_proof',
  `insert into email_proof (sid, purpose, address, client_secret_hash, token_hash, send_attempt, next_link, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (purpose, address, client_secret_hash) do update
      set sid = case when email_proof.expires_at <= $9 then excluded.sid else email_proof.sid end,
          token_hash = excluded.token_hash,
          send_attempt = excluded.send_attempt,
          next_link = excluded.next_link,
          expires_at = excluded.expires_at,
          validated_at = null
    where email_proof.expires_at <= $9
       or (email_proof.validated_at is null and email_proof.send_attempt < excluded.send_attempt)
   returning sid`,
)

/** Confirms a proof at $3 and lets it live until $4. Nothing changes when it is confirmed already, or has got another token. */
export const confirmProof = statement<[string, string, number, number]>(
  'accounts.confirm_proof',
  `update email_proof set validated_at = $3, expires_at = $4
    where sid = $1 and token_hash = $2 and validated_at is null and expires_at > $3`,
)

export const deleteProof = statement<[string]>('accounts.delete_proof', 'delete from email_proof where sid = $1')

/** Forgets proofs that ended at $1 or before, at most $2. Returns a row for each. */
export const deleteEndedProofs = statement<[number, number], { readonly sid: string }>(
  'accounts.delete_ended_proofs',
  `delete from email_proof where sid in (select sid from email_proof where expires_at <= $1 limit $2) returning sid`,
)
