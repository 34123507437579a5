// Which servers are away, across restarts. spec: server-server-api #transactions (retrying)

import { statement } from '#platform/database/database.ts'

export interface BackoffRow {
  readonly server_name: string
  readonly failures: number
  readonly away_since: number
  readonly retry_at: number
}

/** The servers that were marked last; at most `$1`. */
export const loadBackoffs = statement<[number], BackoffRow>(
  'transport.load_backoffs',
  'select server_name, failures, away_since, retry_at from destination_backoff order by retry_at desc limit $1',
)

export const saveBackoff = statement<[string, number, number, number]>(
  'transport.save_backoff',
  `insert into destination_backoff (server_name, failures, away_since, retry_at) values ($1, $2, $3, $4)
    on conflict (server_name) do update
      set failures = excluded.failures, away_since = excluded.away_since, retry_at = excluded.retry_at`,
)

export const clearBackoff = statement<[string]>(
  'transport.clear_backoff',
  'delete from destination_backoff where server_name = $1',
)
