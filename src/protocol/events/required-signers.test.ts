// spec: server-server-api #validating-hashes-and-signatures-on-received-events; rooms/v8

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEventId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { requiredSigners } from './events.ts'
import type { RoomEvent } from './room-event.ts'

function signers(version: RoomVersionId, content: JsonObject, eventId = '$e:sender.se', type = 'm.room.member') {
  const event = { type, content, sender: '@u:sender.se', eventId: parseEventId(eventId), version: roomVersion(version) }
  return requiredSigners(event as RoomEvent)
}

const hash = `$${'A'.repeat(42)}E`

test("the sender's server signs", () => {
  assert.deepEqual(signers('12', { membership: 'join' }, hash), ['sender.se'])
})

test('in versions 1 and 2 the server in the event ID signs as well, once if it is the same', () => {
  assert.deepEqual(signers('1', {}, '$e:other.se'), ['sender.se', 'other.se'])
  assert.deepEqual(signers('2', {}), ['sender.se'])
})

test("an invite of a third-party identifier needs no signature of its sender's server", () => {
  const invite = { membership: 'invite', third_party_invite: {} }
  assert.deepEqual(signers('12', invite, hash), [])
  assert.deepEqual(signers('1', invite, '$e:other.se'), ['other.se'])
  assert.deepEqual(signers('12', { ...invite, membership: 'join' }, hash), ['sender.se'])
  assert.deepEqual(signers('12', invite, hash, 'm.room.message'), ['sender.se'])
})

test('since version 8 the server that vouched for a restricted join signs, and nobody can sign for a malformed one', () => {
  const join = { membership: 'join', join_authorised_via_users_server: '@v:voucher.se' }
  assert.deepEqual(signers('7', join, hash), ['sender.se'])
  assert.deepEqual(signers('8', join, hash), ['sender.se', 'voucher.se'])
  // Another server asks for it on joins alone; the rule stands above all memberships.
  assert.deepEqual(signers('8', { ...join, membership: 'leave' }, hash), ['sender.se', 'voucher.se'])
  for (const bad of ['voucher.se', 1, null, '@v:']) {
    assert.equal(signers('12', { ...join, join_authorised_via_users_server: bad }, hash), undefined)
  }
})
