// What other servers are asked to find rooms and points in time, and what of their answers is taken.
// spec: server-server-api #published-room-directory, #spaces, #retrieving-events

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { parseRoomId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import type { Outcome } from '../failure.ts'
import { Peers, peersDatabase } from '../peers-for-tests.ts'

const database = await peersDatabase({ after })
const roomId = parseRoomId('!rum:beta.se') ?? assert.fail()
const asked: string[] = []
let answer: Json = {}
const peers = new Peers(database)
const { transport } = peers.add('alfa.se')
const beta = peers.add('beta.se')
beta.answering = ({ method, target, body }) => {
  asked.push(`${method} ${target}${body ? ` ${Buffer.from(body).toString()}` : ''}`)
  return [200, answer]
}

const got = <Value>(outcome: Outcome<Value>): Value =>
  outcome.ok ? outcome.value : assert.fail(JSON.stringify(outcome.failure))
const kindOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'ok' : outcome.failure.kind)
const room = { room_id: roomId, num_joined_members: 2, world_readable: true, guest_can_join: false }

test('a directory is asked for by GET without a filter, else by POST', async () => {
  answer = { chunk: [room, { name: 'inget rum' }, 7], next_batch: 'n', total_room_count_estimate: 9 }
  asked.length = 0
  const page = got(await transport.getPublicRooms(beta.name, { limit: 5, since: 'å' }))
  assert.deepEqual([page.rooms.map((one) => one.roomId), page.nextBatch, page.total], [[roomId], 'n', 9])
  await transport.getPublicRooms(beta.name, { limit: 5, since: undefined, searchTerm: 'x', roomTypes: [null] })
  assert.deepEqual(asked, [
    'GET /_matrix/federation/v1/publicRooms?limit=5&since=%C3%A5',
    'POST /_matrix/federation/v1/publicRooms {"filter":{"generic_search_term":"x","room_types":[null]},"limit":5}',
  ])
  answer = { chunk: {} }
  assert.equal(kindOf(await transport.getPublicRooms(beta.name, { limit: 5, since: undefined })), 'bad-answer')
})

test('a hierarchy is of the room that was asked for, or it is none', async () => {
  const link = { type: 'm.space.child', state_key: '!barn:beta.se', sender: '@bo:beta.se', origin_server_ts: 1 }
  const links: Json[] = [
    { ...link, content: { via: ['beta.se'] } },
    { ...link, content: {} },
  ]
  answer = {
    room: { ...room, room_type: 'm.space', children_state: links },
    children: [{ ...room, room_id: '!barn:beta.se' }, null],
    inaccessible_children: ['!dolt:beta.se', 7, 'inget rum'],
  }
  asked.length = 0
  const level = got(await transport.getHierarchy(beta.name, roomId))
  assert.deepEqual(asked, ['GET /_matrix/federation/v1/hierarchy/!rum%3Abeta.se?suggested_only=false'])
  assert.deepEqual(
    level.room.children?.map((child) => child.roomId),
    ['!barn:beta.se'],
  )
  assert.deepEqual(
    level.children.map((child) => [child.roomId, child.children]),
    [['!barn:beta.se', undefined]],
  )
  assert.deepEqual(level.inaccessible, ['!dolt:beta.se'])
  const others: Json[] = [{}, { room, children: {} }, { room: { ...room, room_id: '!annat:beta.se' }, children: [] }]
  for (const bad of others) {
    answer = bad
    assert.equal(kindOf(await transport.getHierarchy(beta.name, roomId)), 'bad-answer')
  }
})

test('the nearest event has an ID and a time', async () => {
  answer = { event_id: '$e:beta.se', origin_server_ts: 5 }
  asked.length = 0
  const near = got(await transport.getEventNear(beta.name, { roomId, time: -1, direction: 'b' }))
  assert.deepEqual(near, { eventId: '$e:beta.se', originServerTs: 5 })
  assert.deepEqual(asked, ['GET /_matrix/federation/v1/timestamp_to_event/!rum%3Abeta.se?ts=-1&dir=b'])
  for (const bad of [
    { event_id: 'x', origin_server_ts: 5 },
    { event_id: '$e:beta.se', origin_server_ts: '5' },
  ]) {
    answer = bad
    assert.equal(kindOf(await transport.getEventNear(beta.name, { roomId, time: 1, direction: 'f' })), 'bad-answer')
  }
})

test('whatever a server answers, it is taken or bad, and nothing is thrown', async () => {
  const members = fc.dictionary(
    fc.constantFrom('room', 'chunk', 'children', 'inaccessible_children', 'event_id', 'origin_server_ts', 'next_batch'),
    fc.oneof(fc.constant(room), fc.constant([room]), fc.jsonValue()),
  )
  await fc.assert(
    fc.asyncProperty(members, async (json) => {
      answer = JSON.parse(JSON.stringify(json))
      const outcomes = [
        await transport.getPublicRooms(beta.name, { limit: undefined, since: undefined }),
        await transport.getHierarchy(beta.name, roomId),
        await transport.getEventNear(beta.name, { roomId, time: 0, direction: 'f' }),
      ]
      for (const outcome of outcomes) assert.ok(['ok', 'bad-answer'].includes(kindOf(outcome)))
    }),
    { numRuns: 50 },
  )
})
