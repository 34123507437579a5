// spec: rooms/ (v1 to v12)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultRoomVersion, type RoomVersion, roomVersion, roomVersions } from './room-versions.ts'

test('there are twelve versions in order, and 12 is the default', () => {
  assert.deepEqual(
    roomVersions.map(({ id }) => id),
    ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'],
  )
  assert.equal(defaultRoomVersion, '12')
  for (const version of roomVersions) assert.equal(roomVersion(version.id), version)
})

test('an unknown version is unknown, also one named like an inherited member', () => {
  for (const id of ['0', '13', '', 'constructor', 'org.matrix.test']) assert.equal(roomVersion(id), undefined)
})

/** The first version in which something holds; nothing that came later goes away again. */
function since(holds: (version: RoomVersion) => boolean): string | undefined {
  const first = roomVersions.findIndex(holds)
  assert.ok(roomVersions.slice(first).every(holds))
  return roomVersions[first]?.id
}

test('every rule came in the version that the specification says', () => {
  assert.deepEqual(
    {
      stateResolutionV2: since(({ stateResolution }) => stateResolution !== 'v1'),
      hashIds: since(({ eventIdFormat }) => eventIdFormat !== 'field'),
      noRedactionRule: since(({ authorizeRedactions }) => !authorizeRedactions),
      urlSafeIds: since(({ eventIdFormat }) => eventIdFormat === 'hash-url-safe'),
      keyValidity: since(({ enforceKeyValidity }) => enforceKeyValidity),
      strictJson: since(({ strictCanonicalJson }) => strictCanonicalJson),
      noAliasesRule: since(({ specialAliases }) => !specialAliases),
      notificationLevels: since(({ authorizeNotificationLevels }) => authorizeNotificationLevels),
      knocking: since(({ knocking }) => knocking),
      restricted: since(({ restrictedJoin }) => restrictedJoin),
      knockRestricted: since(({ knockRestrictedJoin }) => knockRestrictedJoin),
      integerLevels: since(({ integerPowerLevels }) => integerPowerLevels),
      creatorIsSender: since(({ creatorIsSender }) => creatorIsSender),
      redactsInContent: since(({ redactsInContent }) => redactsInContent),
      roomIdIsHash: since(({ roomIdIsCreateHash }) => roomIdIsCreateHash),
      creatorsOutrank: since(({ creatorsOutrank }) => creatorsOutrank),
      stateResolutionV21: since(({ stateResolution }) => stateResolution === 'v2.1'),
    },
    {
      stateResolutionV2: '2',
      hashIds: '3',
      noRedactionRule: '3',
      urlSafeIds: '4',
      keyValidity: '5',
      strictJson: '6',
      noAliasesRule: '6',
      notificationLevels: '6',
      knocking: '7',
      restricted: '8',
      knockRestricted: '10',
      integerLevels: '10',
      creatorIsSender: '11',
      redactsInContent: '11',
      roomIdIsHash: '12',
      creatorsOutrank: '12',
      stateResolutionV21: '12',
    },
  )
})
