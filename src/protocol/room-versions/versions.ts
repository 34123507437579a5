// The twelve stable room versions.
// spec: rooms/ (v1 to v12)

import { redactionV1, redactionV6, redactionV8, redactionV9, redactionV11 } from './redaction-rules.ts'
import type { RoomVersion, RoomVersionId } from './room-version.ts'

const v1: RoomVersion = {
  id: '1',
  eventIdFormat: 'field',
  stateResolution: 'v1',
  enforceKeyValidity: false,
  strictCanonicalJson: false,
  specialAliases: true,
  authorizeNotificationLevels: false,
  authorizeRedactions: true,
  knocking: false,
  restrictedJoin: false,
  knockRestrictedJoin: false,
  integerPowerLevels: false,
  redaction: redactionV1,
  creatorIsSender: false,
  redactsInContent: false,
  roomIdIsCreateHash: false,
  creatorsOutrank: false,
}
const v2: RoomVersion = { ...v1, id: '2', stateResolution: 'v2' }
const v3: RoomVersion = { ...v2, id: '3', eventIdFormat: 'hash', authorizeRedactions: false }
const v4: RoomVersion = { ...v3, id: '4', eventIdFormat: 'hash-url-safe' }
const v5: RoomVersion = { ...v4, id: '5', enforceKeyValidity: true }
const v6: RoomVersion = {
  ...v5,
  id: '6',
  strictCanonicalJson: true,
  specialAliases: false,
  authorizeNotificationLevels: true,
  redaction: redactionV6,
}
const v7: RoomVersion = { ...v6, id: '7', knocking: true }
const v8: RoomVersion = { ...v7, id: '8', restrictedJoin: true, redaction: redactionV8 }
const v9: RoomVersion = { ...v8, id: '9', redaction: redactionV9 }
const v10: RoomVersion = { ...v9, id: '10', knockRestrictedJoin: true, integerPowerLevels: true }
const v11: RoomVersion = { ...v10, id: '11', redaction: redactionV11, creatorIsSender: true, redactsInContent: true }
const v12: RoomVersion = { ...v11, id: '12', stateResolution: 'v2.1', roomIdIsCreateHash: true, creatorsOutrank: true }

/** All versions, oldest first. All are stable. */
export const roomVersions: readonly RoomVersion[] = [v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12]

/** What new rooms get. spec: rooms/ (servers should use version 12) */
export const defaultRoomVersion: RoomVersionId = '12'

const byId: ReadonlyMap<string, RoomVersion> = new Map(roomVersions.map((version) => [version.id, version]))

/** A room version by its ID; undefined for one that we do not know. */
export function roomVersion(id: RoomVersionId): RoomVersion
export function roomVersion(id: string): RoomVersion | undefined
export function roomVersion(id: string): RoomVersion | undefined {
  return byId.get(id)
}
