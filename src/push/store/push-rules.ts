// What users have changed about their push rules.
// spec: client-server-api/modules/push.md #push-rules

import { statement } from '#platform/database/database.ts'
import type { Guard, Writer } from '#platform/stream/stream.ts'

export interface PushRulesRow {
  readonly user_id: string
  readonly content: string
  readonly revision: number
  readonly position: number
}

export const selectPushRules = statement<[users: readonly string[]], PushRulesRow>(
  'push.select_rules',
  'select user_id, content, revision, position from push_rules where user_id = any($1::text[])',
)

export interface PushRulesWrite {
  readonly userId: string
  readonly content: string
}

export const storePushRules: Writer<PushRulesWrite> = {
  name: 'push.store_rules',
  rank: 320,
  text: `update push_rules r set content = x.content, position = x.position
      from unnest($1::text[], $2::text[], $3::bigint[]) as x (user_id, content, position) where r.user_id = x.user_id`,
  columns: (row, position) => [row.userId, row.content, position],
  key: (row) => row.userId,
}

/** Gives a user who has none a row, so that there is something to take turns on. */
export const enterPushRules = statement<[user: string, content: string]>(
  'push.enter_rules',
  'insert into push_rules (user_id, content, position) values ($1, $2, 0) on conflict do nothing',
)

/** Takes the user's turn: holds for one change made on the revision that was read, and no other. */
export const pushRulesTurn: Guard<{ readonly userId: string; readonly revision: number }> = {
  name: 'push.rules_turn',
  rank: 320,
  text: `update push_rules r set revision = r.revision + 1
      from unnest($1::integer[], $2::text[], $3::bigint[]) as x (tag, user_id, revision)
     where r.user_id = x.user_id and r.revision = x.revision
    returning x.tag`,
  columns: ({ userId, revision }) => [userId, revision],
}
