// Summaries of rooms and links of spaces: what is told, what is read, and in which order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventOf, stateOf } from '#protocol/event-for-tests/event-for-tests.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import {
  canAdmit,
  childOf,
  inOrder,
  isOpenToAll,
  readChild,
  readSummary,
  spaceRoomJson,
  summaryJson,
  summaryOf,
} from './room-summary.ts'

const roomId = '!rum:alfa.example' as RoomId
const state = (type: string, content: JsonObject) => eventOf({ type, stateKey: '', content })
const summary = (version: string, ...events: ReturnType<typeof eventOf>[]) =>
  summaryOf({ roomId, roomVersion: version, joined: 2 }, stateOf(...events))

test('a room that says nothing is by invitation, hidden and closed to guests', () => {
  assert.deepEqual(summaryJson(summary('12')), {
    room_id: roomId,
    num_joined_members: 2,
    join_rule: 'invite',
    world_readable: false,
    guest_can_join: false,
    room_version: '12',
  })
})

test('a summary tells what the state says, and is read as it was written', () => {
  const full = summary(
    '10',
    state('m.room.create', { type: 'm.space' }),
    state('m.room.join_rules', {
      join_rule: 'knock_restricted',
      allow: [
        { type: 'm.room_membership', room_id: '!a:alfa.example' },
        { type: 'other', room_id: '!b:alfa.example' },
        7,
      ],
    }),
    state('m.room.history_visibility', { history_visibility: 'world_readable' }),
    state('m.room.guest_access', { guest_access: 'can_join' }),
    state('m.room.name', { name: 'Räddningstjänsten' }),
    state('m.room.topic', { topic: 'gammalt' }),
    state('m.room.avatar', { url: 'mxc://alfa.example/bild' }),
    state('m.room.canonical_alias', { alias: '#rum:alfa.example' }),
    state('m.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' }),
  )
  const json = summaryJson(full)
  assert.deepEqual(json, {
    room_id: roomId,
    num_joined_members: 2,
    join_rule: 'knock_restricted',
    world_readable: true,
    guest_can_join: true,
    room_type: 'm.space',
    name: 'Räddningstjänsten',
    topic: 'gammalt',
    avatar_url: 'mxc://alfa.example/bild',
    canonical_alias: '#rum:alfa.example',
    allowed_room_ids: ['!a:alfa.example'],
    encryption: 'm.megolm.v1.aes-sha2',
    room_version: '10',
  })
  assert.deepEqual(readSummary(json as Json), full)
})

test('the plain form of a topic is told, and none where there is only another', () => {
  const topic = (...forms: Json[]) =>
    summary('12', state('m.room.topic', { topic: 'gammalt', 'm.topic': { 'm.text': forms } })).topic
  assert.equal(topic({ mimetype: 'text/html', body: '<b>nytt</b>' }, { body: 'nytt' }), 'nytt')
  assert.equal(topic({ mimetype: 'text/html', body: '<b>nytt</b>' }), undefined)
})

test('what another server tells without a room ID is no summary, and what is of the wrong type is left out', () => {
  assert.equal(readSummary({ name: 'rum' }), undefined)
  assert.equal(readSummary([]), undefined)
  const read = readSummary({ room_id: roomId, num_joined_members: -4, name: 7, canonical_alias: 'rum' })
  assert.deepEqual(
    [read?.joined, read?.name, read?.canonicalAlias, read?.joinRule],
    [0, undefined, undefined, 'public'],
  )
})

test('a join rule that the version of the room does not have opens nothing', () => {
  const knock = state('m.room.join_rules', { join_rule: 'knock' })
  const restricted = state('m.room.join_rules', {
    join_rule: 'restricted',
    allow: [{ type: 'm.room_membership', room_id: '!a:alfa.example' }],
  })
  assert.deepEqual([isOpenToAll(summary('6', knock)), isOpenToAll(summary('7', knock))], [false, true])
  assert.deepEqual([canAdmit(summary('7', restricted)), canAdmit(summary('8', restricted))], [[], ['!a:alfa.example']])
})

const link = (child: string, content: JsonObject, originServerTs = 1) =>
  childOf(eventOf({ type: 'm.space.child', stateKey: child, content, originServerTs }))

test('a link without servers, or to what is no room, is none', () => {
  assert.equal(link('!a:alfa.example', {}), undefined)
  assert.equal(link('!a:alfa.example', { via: [] }), undefined)
  assert.equal(link('!a:alfa.example', { via: 'alfa.example' }), undefined)
  assert.equal(link('a', { via: ['alfa.example'] }), undefined)
  assert.ok(link('!a:alfa.example', { via: ['alfa.example'] }))
})

test('children stand by their order, then by time, then by room ID', () => {
  const via = ['alfa.example']
  const links = [
    link('!e:x', { via }, 1640641000000),
    link('!d:x', { via, order: 'å' }, 1640741000000),
    link('!c:x', { via, order: 'first' }, 1640841000000),
    link('!a:x', { via, order: 'aaaa' }, 1640141000000),
    link('!g:x', { via }, 1640741000000),
    link('!b:x', { via, order: ' ' }, 1640341000000),
    link('!f:x', { via, order: 'x'.repeat(51) }, 1640740000000),
  ].flatMap((each) => each ?? [])
  assert.deepEqual(
    inOrder(links).map((each) => each.roomId),
    ['!b:x', '!a:x', '!c:x', '!e:x', '!f:x', '!d:x', '!g:x'],
  )
})

test('a link is read as it was written', () => {
  const one = link('!a:alfa.example', { via: ['beta.example'], suggested: true, order: 'a' })
  assert.ok(one)
  const [json] = spaceRoomJson({ ...summary('12'), children: [one] }).children_state
  assert.deepEqual(readChild(json as Json), one)
  assert.equal(readChild({ ...json, type: 'm.space.parent' } as Json), undefined)
})
