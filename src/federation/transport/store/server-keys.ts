// Public keys of other servers, kept for good. spec: server-server-api #retrieving-server-keys

import { statement } from '#platform/database/database.ts'

export interface ServerKeyRow {
  readonly server_name: string
  readonly key_id: string
  readonly public_key: string
  readonly valid_until: number
  readonly is_old: boolean
}

export interface ServerKeyAnswerRow {
  readonly server_name: string
  readonly answer: string
  readonly valid_until: number
  readonly fetched_at: number
}

/** Every key known of the servers. A server has at most some 200 (`readServerKeys`). */
export const loadServerKeys = statement<[readonly string[]], ServerKeyRow>(
  'transport.load_server_keys',
  'select server_name, key_id, public_key, valid_until, is_old from server_key where server_name = any($1::text[])',
)

/** One row per array position. */
export const saveServerKeys = statement<
  [readonly string[], readonly string[], readonly string[], readonly number[], readonly boolean[]]
>(
  'transport.save_server_keys',
  `insert into server_key (server_name, key_id, public_key, valid_until, is_old)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[])
    on conflict (server_name, key_id) do update
      set public_key = excluded.public_key, valid_until = excluded.valid_until, is_old = excluded.is_old`,
)

export const loadServerKeyAnswers = statement<[readonly string[]], ServerKeyAnswerRow>(
  'transport.load_server_key_answers',
  'select server_name, answer, valid_until, fetched_at from server_key_answer where server_name = any($1::text[])',
)

export const saveServerKeyAnswer = statement<[string, string, number, number]>(
  'transport.save_server_key_answer',
  `insert into server_key_answer (server_name, answer, valid_until, fetched_at) values ($1, $2, $3, $4)
    on conflict (server_name) do update
      set answer = excluded.answer, valid_until = excluded.valid_until, fetched_at = excluded.fetched_at`,
)
