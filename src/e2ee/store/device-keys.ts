// Identity keys of local devices, and the log of whose keys changed.
// spec: client-server-api #device-keys, #tracking-the-device-list-for-a-user

import { statement } from '#platform/database/database.ts'
import type { Writer } from '#platform/stream/stream.ts'

export interface DeviceKeysRow {
  readonly user_id: string
  readonly device_id: string
  readonly keys: string
  readonly stored_at: number
}

export const selectDeviceKeys = statement<[readonly string[]], DeviceKeysRow>(
  'e2ee.select_device_keys',
  `select user_id, device_id, keys, stored_at from device_keys where user_id = any($1::text[]) order by user_id, device_id`,
)

export const selectKeysOfDevices = statement<[readonly string[], readonly string[]], DeviceKeysRow>(
  'e2ee.select_keys_of_devices',
  `select user_id, device_id, keys, stored_at from device_keys
    where (user_id, device_id) in (select * from unnest($1::text[], $2::text[]))`,
)

export interface NewDeviceKeys {
  readonly userId: string
  readonly deviceId: string
  readonly keys: string
  readonly storedAt: number
}

export const putDeviceKeys: Writer<NewDeviceKeys> = {
  name: 'e2ee.put_device_keys',
  rank: 311,
  text: `insert into device_keys (user_id, device_id, keys, position, stored_at)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
             on conflict (user_id, device_id) do update
            set keys = excluded.keys, position = excluded.position, stored_at = excluded.stored_at`,
  columns: (row, position) => [row.userId, row.deviceId, row.keys, position, row.storedAt],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}

export interface GoneDevice {
  readonly userId: string
  readonly deviceId: string
  /** What came at this position or later belongs to a new device under the same ID, and stays. */
  readonly before: number
}

/** Everything that belongs to a device. Signatures over it and by it go with its keys. */
export const dropDevice: Writer<GoneDevice> = {
  name: 'e2ee.drop_device',
  rank: 310,
  text: `with gone as (select * from unnest($1::text[], $2::text[], $3::bigint[]) as g (user_id, device_id, before)),
           dropped as (
             delete from device_keys k using gone g
              where k.user_id = g.user_id and k.device_id = g.device_id and k.position < g.before
             returning k.user_id, k.device_id),
           one_time as (
             delete from one_time_key k using gone g
              where k.user_id = g.user_id and k.device_id = g.device_id and k.position < g.before),
           fallback as (
             delete from fallback_key k using gone g
              where k.user_id = g.user_id and k.device_id = g.device_id and k.position < g.before),
           inbox as (
             delete from to_device_inbox m using gone g
              where m.user_id = g.user_id and m.device_id = g.device_id and m.position < g.before)
         delete from key_signature s using dropped d
          where s.user_id = d.user_id and (s.key_id = d.device_id or s.signer_id = d.user_id and s.signer_key = 'ed25519:' || d.device_id)`,
  columns: ({ userId, deviceId, before }) => [userId, deviceId, before],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}

/** New identity keys under an old ID: what belonged to the old ones goes, messages stay. */
export const dropOldIdentity: Writer<Omit<GoneDevice, 'before'>> = {
  name: 'e2ee.drop_old_identity',
  rank: 309,
  text: `with old as (select * from unnest($1::text[], $2::text[]) as o (user_id, device_id)),
           one_time as (
             delete from one_time_key k using old o where k.user_id = o.user_id and k.device_id = o.device_id),
           fallback as (
             delete from fallback_key k using old o where k.user_id = o.user_id and k.device_id = o.device_id)
         delete from key_signature s using old o
          where s.user_id = o.user_id and (s.key_id = o.device_id or s.signer_id = o.user_id and s.signer_key = 'ed25519:' || o.device_id)`,
  columns: ({ userId, deviceId }) => [userId, deviceId],
  key: ({ userId, deviceId }) => `${userId}\0${deviceId}`,
}
