// Whose keys changed when.
// spec: client-server-api #tracking-the-device-list-for-a-user; server-server-api #device-management

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

export interface NewDeviceListChange {
  readonly userId: string
  readonly local: boolean
  readonly deviceId: string | null
  readonly viewer: string | null
}

export const logDeviceListChange: Writer<NewDeviceListChange> = {
  name: 'e2ee.log_device_list_change',
  rank: 330,
  text: `insert into device_list_change (position, user_id, local, device_id, viewer)
         select * from unnest($1::bigint[], $2::text[], $3::boolean[], $4::text[], $5::text[])`,
  columns: ({ userId, local, deviceId, viewer }, position) => [position, userId, local, deviceId, viewer],
}

/** Users whose keys changed in (after, up to] as far as the viewer may see it. */
export const selectChangedUsers = statement<[number, number, string], { readonly user_id: string }>(
  'e2ee.select_changed_users',
  `select distinct user_id from device_list_change
    where position > $1 and position <= $2 and (viewer is null or viewer = $3)`,
)

/** Those of the users whose keys changed in (after, up to], for everyone to see. */
export const selectChangedAmong = statement<[readonly string[], number, number], { readonly user_id: string }>(
  'e2ee.select_changed_among',
  `select distinct user_id from device_list_change
    where user_id = any($1::text[]) and position > $2 and position <= $3 and viewer is null`,
)

export interface OutgoingChangeRow {
  readonly position: number
  readonly user_id: string
  readonly device_id: string | null
  /** Position of the user's update before it. */
  readonly previous: number | null
}

const previous = `(select max(p.position) from device_list_change p
                    where p.user_id = c.user_id and p.position < c.position and p.device_id is not null and p.viewer is null) as previous`

/** Changes of our users that other servers are told of, in (after, up to], in order. */
export const selectOutgoingChanges = statement<[number, number, number], OutgoingChangeRow>(
  'e2ee.select_outgoing_changes',
  `select c.position, c.user_id, c.device_id, ${previous} from device_list_change c
    where c.position > $1 and c.position <= $2 and c.local and c.viewer is null
    order by c.position limit $3`,
)

/** The last change of a device of the user. */
export const selectLastDeviceChange = statement<[string], OutgoingChangeRow>(
  'e2ee.select_last_device_change',
  `select c.position, c.user_id, c.device_id, ${previous} from device_list_change c
    where c.user_id = $1 and c.device_id is not null and c.viewer is null
    order by c.position desc limit 1`,
)

/** Forgets what a later change of the same thing covers, up to a position. The last of each stays. */
export const forgetCoveredChanges = statement<[number]>(
  'e2ee.forget_covered_changes',
  `delete from device_list_change c
    where c.position <= $1
      and exists (select from device_list_change l
                   where l.user_id = c.user_id and l.position > c.position and l.position <= $1
                     and l.device_id is not distinct from c.device_id and l.viewer is not distinct from c.viewer)`,
)
