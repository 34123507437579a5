// The device table and the log of what happened to devices.
// spec: client-server-api #device-management, #relationship-between-access-tokens-and-devices

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

export interface DeviceRow {
  readonly device_id: string
  readonly display_name: string | null
  readonly created_at: number
  readonly last_seen_at: number | null
  readonly last_seen_ip: string | null
  readonly last_seen_agent: string | null
}

const columns = 'device_id, display_name, created_at, last_seen_at, last_seen_ip, last_seen_agent'

export const selectDevices = statement<[string], DeviceRow>(
  'accounts.select_devices',
  `select ${columns} from device where user_id = $1 order by created_at, device_id`,
)

export const selectDevice = statement<[string, string], DeviceRow>(
  'accounts.select_device',
  `select ${columns} from device where user_id = $1 and device_id = $2`,
)

export const selectDevicesOfUsers = statement<[readonly string[]], DeviceRow & { readonly user_id: string }>(
  'accounts.select_devices_of_users',
  `select user_id, ${columns} from device where user_id = any($1::text[])`,
)

/** What a login needs to know before it takes a device: whether it is there, and how many there are. */
export const selectDevicePlace = statement<[string, string], { readonly known: boolean; readonly devices: number }>(
  'accounts.select_device_place',
  `select coalesce(bool_or(device_id = $2), false) as known, count(*) as devices from device where user_id = $1`,
)

/** A new login on a known device: who it is now, as far as that is known. */
export const updateDeviceIdentity = statement<[string, string, string | null, string | null]>(
  'accounts.update_device_identity',
  'update device set assurance = $3, identity_provider = $4 where user_id = $1 and device_id = $2',
)

/** Many devices at once: when and from where they were last seen. Never moves backwards. */
export const updateLastSeen = statement<
  [readonly string[], readonly string[], readonly number[], readonly string[], readonly string[]]
>(
  'accounts.update_last_seen',
  `update device
      set last_seen_at = x.at, last_seen_ip = x.ip, last_seen_agent = x.agent
     from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[]) as x (user_id, device_id, at, ip, agent)
    where device.user_id = x.user_id and device.device_id = x.device_id
      and (device.last_seen_at is null or device.last_seen_at < x.at)`,
)

export interface NewDevice {
  readonly userId: string
  readonly deviceId: string
  readonly displayName: string | null
  readonly createdAt: number
  readonly assurance: string | null
  readonly identityProvider: string | null
}

export const insertDevice: Writer<NewDevice> = {
  name: 'accounts.insert_device',
  rank: 210,
  text: `insert into device (user_id, device_id, display_name, created_at, assurance, identity_provider)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
             on conflict (user_id, device_id) do update set assurance = excluded.assurance, identity_provider = excluded.identity_provider`,
  columns: (row) => [row.userId, row.deviceId, row.displayName, row.createdAt, row.assurance, row.identityProvider],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}

export interface DeviceName {
  readonly userId: string
  readonly deviceId: string
  readonly displayName: string
}

export const renameDevice: Writer<DeviceName> = {
  name: 'accounts.rename_device',
  rank: 211,
  text: `update device set display_name = x.display_name
           from unnest($1::text[], $2::text[], $3::text[]) as x (user_id, device_id, display_name)
          where device.user_id = x.user_id and device.device_id = x.device_id`,
  columns: ({ userId, deviceId, displayName }) => [userId, deviceId, displayName],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}

export interface DeviceKey {
  readonly userId: string
  readonly deviceId: string
}

/** Its tokens go with it. */
export const deleteDevice: Writer<DeviceKey> = {
  name: 'accounts.delete_device',
  rank: 212,
  text: `delete from device using unnest($1::text[], $2::text[]) as x (user_id, device_id)
          where device.user_id = x.user_id and device.device_id = x.device_id`,
  columns: ({ userId, deviceId }) => [userId, deviceId],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}

export interface DeviceChangeEntry extends DeviceKey {
  readonly change: 'created' | 'renamed' | 'deleted'
}

export const logDeviceChange: Writer<DeviceChangeEntry> = {
  name: 'accounts.log_device_change',
  rank: 213,
  text: `insert into device_change (position, user_id, device_id, change)
         select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`,
  columns: ({ userId, deviceId, change }, position) => [position, userId, deviceId, change],
}

export interface DeviceChangeRow {
  readonly position: number
  readonly user_id: string
  readonly device_id: string
  readonly change: 'created' | 'renamed' | 'deleted'
}

export const selectDeviceChanges = statement<[number, number, number], DeviceChangeRow>(
  'accounts.select_device_changes',
  `select position, user_id, device_id, change from device_change
    where position > $1 and position <= $2
    order by position
    limit $3`,
)

/** Forgets changes up to $1, the oldest first, at most $2. Returns a row for each. */
export const forgetDeviceChanges = statement<[number, number], { readonly position: number }>(
  'accounts.forget_device_changes',
  `delete from device_change where position in
      (select position from device_change where position <= $1 order by position limit $2)
    returning position`,
)
