// Room keys that a client keeps on the server, encrypted by the client.
// spec: client-server-api #server-side-key-backups

import { Type } from 'typebox'
import { NameSchema, RoomIdSchema } from './identifiers.ts'
import { CountSchema, JsonObjectSchema, mapBy, mapOf } from './json.ts'

export const KeyBackupDataSchema = Type.Object({
  first_message_index: CountSchema,
  forwarded_count: CountSchema,
  is_verified: Type.Boolean(),
  session_data: JsonObjectSchema,
})

/** session → key. */
export const RoomKeyBackupSchema = Type.Object({ sessions: mapOf(KeyBackupDataSchema) })

/** room → its sessions. */
export const KeyBackupSchema = Type.Object({ rooms: mapBy(RoomIdSchema, RoomKeyBackupSchema) })

export const RoomKeysUpdateSchema = Type.Object({ count: CountSchema, etag: Type.String() })

export const BackupVersionQuerySchema = Type.Object({ version: NameSchema })

/** The algorithms differ in what `auth_data` carries; new ones may come. */
export const BackupVersionSchema = Type.Object({
  algorithm: Type.String(),
  auth_data: JsonObjectSchema,
  count: CountSchema,
  etag: Type.String(),
  version: Type.String(),
})
