// Matrix identifiers: parsed once at the edge into branded strings, never split by hand elsewhere. Face of the folder.
// spec: appendices #identifier-grammar, rooms/v12 (room IDs without a server part)

export { isEventIdOfFormat, isHashEventId, isUrlSafeHash, parseEventId, serverOfEventId } from './event-id.ts'
export type { DeviceId, EventId, KeyId, RoomAlias, RoomId, ServerName, UserId } from './identifier-types.ts'
export { parseKeyId } from './key-id.ts'
export type { MxcUri } from './mxc-uri.ts'
export { formatMxcUri, isMediaId, parseMxcUri } from './mxc-uri.ts'
export { isNamespacedId, isOpaqueId, parseDeviceId, parseTransactionId } from './opaque-id.ts'
export { localpartOfAlias, parseRoomAlias, serverOfAlias } from './room-alias.ts'
export { createEventIdOf, parseRoomId, roomIdFromCreate, serverOfRoomId } from './room-id.ts'
export type { ServerAddress } from './server-name.ts'
export { addressOf, parseServerName } from './server-name.ts'
export { isCompliantUserId, isValidNewLocalpart, localpartOf, parseUserId, serverNameOf, userIdOf } from './user-id.ts'
