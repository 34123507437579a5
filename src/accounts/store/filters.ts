// Stored filters: numbered per user, the same content once.
// spec: client-server-api #filtering

import { statement } from '#platform/database/database.ts'

/** Stores a filter, or finds the one with the same content; no row when the user has $4 filters already. */
export const storeFilter = statement<[string, string, string, number], { readonly filter_id: number }>(
  'accounts.store_filter',
  `insert into filter (user_id, filter_id, content_hash, content)
   select $1, coalesce(max(filter_id), -1) + 1, $2, $3 from filter where user_id = $1
   having count(*) < $4 or bool_or(content_hash = $2)
   on conflict (user_id, content_hash) do update set content = excluded.content
   returning filter_id`,
)

export const selectFilter = statement<[string, number], { readonly content: string }>(
  'accounts.select_filter',
  'select content from filter where user_id = $1 and filter_id = $2',
)

export const deleteFilters = statement<[string]>('accounts.delete_filters', 'delete from filter where user_id = $1')
