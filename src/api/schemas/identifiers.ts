// Matrix identifiers as they come over the wire, parsed once, here: what passes carries the brand of `#protocol/identifiers`.
// spec: appendices #identifier-grammar, #opaque-identifiers

import { type TUnsafe, Type } from 'typebox'
import {
  type DeviceId,
  type EventId,
  isMediaId,
  parseDeviceId,
  parseMxcUri,
  parseRoomAlias,
  parseRoomId,
  parseServerName,
  parseTransactionId,
  parseUserId,
  type RoomAlias,
  type RoomId,
  type ServerName,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'

/** A string that `accepts` takes, typed as the brand `T`. `expected` completes "must be …". */
const identifier = <T extends string>(expected: string, accepts: (text: string) => boolean): TUnsafe<T> =>
  Type.Unsafe<T>(
    Type.Refine(
      Type.String(),
      (text: string) => accepts(text),
      () => `must be ${expected}`,
    ),
  )

export const UserIdSchema = identifier<UserId>(
  'a user ID, such as @anna:example.se',
  (text) => parseUserId(text) !== undefined,
)

export const RoomIdSchema = identifier<RoomId>('a room ID, beginning with !', (text) => parseRoomId(text) !== undefined)

export const RoomAliasSchema = identifier<RoomAlias>(
  'a room alias, such as #kansli:example.se',
  (text) => parseRoomAlias(text) !== undefined,
)

export const RoomIdOrAliasSchema = identifier<RoomId | RoomAlias>(
  'a room ID, beginning with !, or a room alias, beginning with #',
  (text) => (text.startsWith('#') ? parseRoomAlias(text) : parseRoomId(text)) !== undefined,
)

/**
 * An event ID that a caller names. To him it is opaque, so anything that begins with `$` and can be looked up is let through:
 * an event that does not exist is `M_NOT_FOUND`, however its ID looks.
 */
export const EventIdSchema = identifier<EventId>(
  'an event ID, beginning with $',
  (text) => text.startsWith('$') && isStorable(text),
)

export const ServerNameSchema = identifier<ServerName>(
  'a server name, such as example.se or example.se:8448',
  (text) => parseServerName(text) !== undefined,
)

export const DeviceIdSchema = identifier<DeviceId>(
  'a device ID of 1 to 255 bytes',
  (text) => parseDeviceId(text) !== undefined,
)

export const TransactionIdSchema = identifier<string>(
  'a transaction ID of 1 to 255 bytes',
  (text) => parseTransactionId(text) !== undefined,
)

export const MxcUriSchema = identifier<string>(
  'a content address, such as mxc://example.se/abc',
  (text) => parseMxcUri(text) !== undefined,
)

/**
 * A content address that someone may also clear by sending an empty string (avatars). What others stored there before us need
 * not be an mxc address, so only its length is bounded.
 */
export const AvatarUrlSchema = Type.String({ maxLength: 2048 })

/** A media ID becomes a file name: nothing but `A-Z a-z 0-9 _ -`. */
export const MediaIdSchema = identifier<string>('a media ID of the characters A-Z, a-z, 0-9, _ and -', isMediaId)

/** An event type. It has no grammar that servers may enforce; 255 bytes is what an event may carry. */
export const EventTypeSchema = identifier<string>('an event type of 1 to 255 bytes', isStorable)

/** A state key: often empty, at most 255 bytes. */
export const StateKeySchema = identifier<string>(
  'a state key of at most 255 bytes',
  (text) => text === '' || isStorable(text),
)

/** A name that the caller chose, under which something is kept (tag, filter, session, rule, backup version). */
export const NameSchema = identifier<string>('a name of 1 to 255 bytes without NUL', isStorable)

/** 1 to 255 bytes that PostgreSQL can store: the same bound as a transaction ID. */
function isStorable(text: string): boolean {
  return parseTransactionId(text) !== undefined
}
