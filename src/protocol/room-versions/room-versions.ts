// Room versions as data, each a delta of the one before. Face of the folder.
// spec: rooms/ (v1 to v12)

export type { RedactionRules, RoomVersion, RoomVersionId } from './room-version.ts'
export { defaultRoomVersion, roomVersion, roomVersions } from './versions.ts'
