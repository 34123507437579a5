// Profiles of local users: one JSON object each, at the position of its latest change.
// spec: client-server-api #profiles

import { statement } from '#platform/database/database.ts'
import type { Guard, Writer } from '#platform/stream/stream.ts'

export interface ProfileRow {
  readonly user_id: string
  readonly fields: string
  readonly position: number
}

/** No row: no such account. An account without a profile has `{}` at position 0. */
export const selectProfile = statement<[string], { readonly fields: string; readonly position: number }>(
  'accounts.select_profile',
  `select coalesce(p.fields, '{}') as fields, coalesce(p.position, 0) as position
     from account a left join profile p using (user_id)
    where a.user_id = $1`,
)

export const selectProfiles = statement<[readonly string[]], ProfileRow>(
  'accounts.select_profiles',
  'select user_id, fields, position from profile where user_id = any($1::text[])',
)

export const selectProfileChanges = statement<[number, number, number], ProfileRow>(
  'accounts.select_profile_changes',
  `select user_id, fields, position from profile
    where position > $1 and position <= $2
    order by position
    limit $3`,
)

export interface ProfileWrite {
  readonly userId: string
  readonly fields: string
}

export const upsertProfile: Writer<ProfileWrite> = {
  name: 'accounts.upsert_profile',
  rank: 230,
  text: `insert into profile (user_id, fields, position)
         select * from unnest($1::text[], $2::text[], $3::bigint[])
             on conflict (user_id) do update set fields = excluded.fields, position = excluded.position`,
  columns: ({ userId, fields }, position) => [userId, fields, position],
  key: ({ userId }) => userId,
}

/**
 * The profile is still the one that was read: nobody can undo another's field. The sign is turned, so that of two acts in one
 * commit only one finds the row as it was; the writer that follows sets the new position.
 */
export const profileUnchanged: Guard<{ readonly userId: string; readonly position: number }> = {
  name: 'accounts.profile_unchanged',
  rank: 230,
  text: `update profile set position = -profile.position
           from unnest($1::integer[], $2::text[], $3::bigint[]) as x (tag, user_id, position)
          where profile.user_id = x.user_id and profile.position = x.position
         returning x.tag`,
  columns: ({ userId, position }) => [userId, position],
}
