// The auth events selection.
// spec: server-server-api #auth-events-selection

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import { authEventKeys } from './auth-events.ts'

const sender = '@alice:alfa.example'
const keysOf = (type: string, stateKey: string | undefined, content: JsonObject, id: RoomVersionId = '11') =>
  authEventKeys({ type, stateKey, sender, content }, roomVersion(id)).map((key) => `${key.type}|${key.stateKey}`)

const base = ['m.room.create|', 'm.room.power_levels|', `m.room.member|${sender}`]
const bob = '@bob:beta.example'

test('the create event has no auth events', () => {
  assert.deepEqual(keysOf('m.room.create', '', {}), [])
})

test('every other event has the create event until v11, the power levels and the sender’s membership', () => {
  assert.deepEqual(keysOf('m.room.message', undefined, {}), base)
  assert.deepEqual(keysOf('m.room.message', undefined, {}, '12'), base.slice(1))
})

test('a membership adds its target, and the join rules if it is a way in', () => {
  for (const membership of ['join', 'invite', 'knock']) {
    const keys = keysOf('m.room.member', bob, { membership })
    assert.deepEqual(keys, [...base, `m.room.member|${bob}`, 'm.room.join_rules|'])
  }
  for (const membership of ['leave', 'ban', 7]) {
    assert.deepEqual(keysOf('m.room.member', bob, { membership }), [...base, `m.room.member|${bob}`])
  }
})

test('the sender’s own membership is named once', () => {
  assert.deepEqual(keysOf('m.room.member', sender, { membership: 'leave' }), base)
})

test('a third-party invite adds the event with its token', () => {
  const content = { membership: 'invite', third_party_invite: { signed: { token: 't' } } }
  assert.ok(keysOf('m.room.member', bob, content).includes('m.room.third_party_invite|t'))
  assert.ok(!keysOf('m.room.member', bob, { ...content, membership: 'join' }).includes('m.room.third_party_invite|t'))
  for (const broken of [null, 1, [], { signed: [] }, { signed: { token: 1 } }]) {
    assert.equal(keysOf('m.room.member', bob, { membership: 'invite', third_party_invite: broken }).length, 5)
  }
})

test('the authorising user of a restricted join is added since v8, for joins only', () => {
  const content = { membership: 'join', join_authorised_via_users_server: bob }
  assert.ok(keysOf('m.room.member', sender, content, '8').includes(`m.room.member|${bob}`))
  assert.ok(!keysOf('m.room.member', sender, content, '7').includes(`m.room.member|${bob}`))
  assert.ok(!keysOf('m.room.member', sender, { ...content, membership: 'leave' }, '8').includes(`m.room.member|${bob}`))
})
