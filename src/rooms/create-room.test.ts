// Creating rooms on a real PostgreSQL: the order of the first events, presets, and what is refused without a trace.
// spec: client-server-api #creation, POST /_matrix/client/v3/createRoom; rooms/v1 to v12

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import { roomVersions } from '#protocol/room-versions/room-versions.ts'
import type { NewRoom } from './create-room.ts'
import {
  aMessage,
  anna,
  aRoom,
  aUserId,
  bo,
  roomCount,
  roomsForTests,
  scopeOfFile,
  type TestRooms,
  timelineOf,
} from './rooms-for-tests.ts'

const scope = scopeOfFile()
let t: TestRooms
before(async () => {
  t = await roomsForTests(scope)
})

for (const { id } of roomVersions) {
  test(`a room of version ${id} begins with its events in the specification's order, on one line`, async () => {
    const roomId = await t.rooms.create(
      aRoom({
        version: id,
        name: 'Kansli',
        topic: 'Ärenden',
        initialState: [{ type: 'x', stateKey: 'k', content: {} }],
      }),
    )
    const events = await timelineOf(t.rooms, roomId)
    assert.deepEqual(
      events.map(({ event }) => event.type),
      [
        'm.room.create',
        'm.room.member',
        'm.room.power_levels',
        'm.room.join_rules',
        'm.room.history_visibility',
        'm.room.guest_access',
        'x',
        'm.room.name',
        'm.room.topic',
      ],
    )
    for (const [index, { event, position }] of events.entries()) {
      assert.deepEqual(event.prevEvents, index === 0 ? [] : [events[index - 1]?.event.eventId])
      assert.equal(event.depth, index + 1)
      assert.equal(event.roomId, roomId)
      assert.ok(position !== null && position > 0)
    }
    const state = await t.rooms.currentState(roomId, [{ type: 'm.room.create', stateKey: '' }])
    assert.equal(state?.get('m.room.create', '')?.content['room_version'], id)
    const eventId = await t.rooms.send(roomId, aMessage('hej'))
    assert.equal((await t.rooms.event(eventId))?.event.eventId, eventId)
    assert.equal((await t.rooms.head(roomId))?.joined, 1)
  })
}

const stateOf = async (roomId: RoomId, type: string, stateKey = '') =>
  (await t.rooms.currentState(roomId, [{ type, stateKey }]))?.get(type, stateKey)?.content

for (const [preset, joinRule, guests] of [
  ['private_chat', 'invite', 'can_join'],
  ['trusted_private_chat', 'invite', 'can_join'],
  ['public_chat', 'public', 'forbidden'],
] as const) {
  test(`the preset ${preset} sets the rules that the specification lists`, async () => {
    const roomId = await t.rooms.create(aRoom({ preset }))
    assert.deepEqual(await stateOf(roomId, 'm.room.join_rules'), { join_rule: joinRule })
    assert.deepEqual(await stateOf(roomId, 'm.room.history_visibility'), { history_visibility: 'shared' })
    assert.deepEqual(await stateOf(roomId, 'm.room.guest_access'), { guest_access: guests })
  })
}

test('those invited to a trusted private chat have the power of the creator: level 100 until v11, creators since v12', async () => {
  const trusted = { preset: 'trusted_private_chat', invite: [bo] } as const
  const old = await t.rooms.create(aRoom({ ...trusted, version: '11' }))
  assert.deepEqual((await stateOf(old, 'm.room.power_levels'))?.['users'], { [anna]: 100, [bo]: 100 })
  const since = await t.rooms.create(aRoom({ ...trusted, version: '12' }))
  assert.deepEqual((await stateOf(since, 'm.room.power_levels'))?.['users'], {})
  assert.deepEqual((await stateOf(since, 'm.room.create'))?.['additional_creators'], [bo])
  assert.equal(await t.rooms.membership(since, bo), 'invite')
})

test('local users are invited with the first events, marked direct when the room is, with their profile', async () => {
  const roomId = await t.rooms.create(aRoom({ preset: 'private_chat', invite: [bo], isDirect: true }))
  assert.deepEqual(await stateOf(roomId, 'm.room.member', bo), {
    membership: 'invite',
    is_direct: true,
    displayname: 'bo',
  })
  assert.equal((await t.rooms.head(roomId))?.invited, 1)
})

test('initial state takes the place of what the preset would set, and an override that of the power levels', async () => {
  const roomId = await t.rooms.create(
    aRoom({
      initialState: [
        { type: 'm.room.join_rules', stateKey: '', content: { join_rule: 'knock' } },
        { type: 'm.room.encryption', stateKey: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
      ],
      powerLevelContentOverride: { events_default: 7 },
    }),
  )
  assert.deepEqual(await stateOf(roomId, 'm.room.join_rules'), { join_rule: 'knock' })
  assert.equal((await stateOf(roomId, 'm.room.power_levels'))?.['events_default'], 7)
  const joinRules = (await timelineOf(t.rooms, roomId)).filter(({ event }) => event.type === 'm.room.join_rules')
  assert.equal(joinRules.length, 1)
})

test('creation_content is kept, but for the room version and, since v11, the creator', async () => {
  const creationContent = { type: 'm.space', room_version: '1', creator: bo, 'm.federate': false }
  const old = await t.rooms.create(aRoom({ version: '10', creationContent }))
  assert.deepEqual(await stateOf(old, 'm.room.create'), {
    type: 'm.space',
    room_version: '10',
    creator: anna,
    'm.federate': false,
  })
  const since = await t.rooms.create(aRoom({ version: '12', creationContent }))
  assert.deepEqual(await stateOf(since, 'm.room.create'), { type: 'm.space', room_version: '12', 'm.federate': false })
})

const refused: readonly [what: string, errcode: string, room: Partial<NewRoom>][] = [
  ['an unknown room version', 'M_UNSUPPORTED_ROOM_VERSION', { version: '99' as '12' }],
  [
    'a membership in the initial state',
    'M_INVALID_ROOM_STATE',
    { initialState: [{ type: 'm.room.member', stateKey: bo, content: { membership: 'join' } }] },
  ],
  [
    'a second creation in the initial state',
    'M_INVALID_ROOM_STATE',
    { initialState: [{ type: 'm.room.create', stateKey: '', content: {} }] },
  ],
  [
    'power levels that the creator could not set',
    'M_INVALID_ROOM_STATE',
    { version: '11', powerLevelContentOverride: { users: { [anna]: 0 } }, name: 'Kansli' },
  ],
  [
    'power levels that are none',
    'M_INVALID_ROOM_STATE',
    { powerLevelContentOverride: { users: { [anna.slice(1)]: 5 } } },
  ],
  [
    'a creator with a level since v12',
    'M_INVALID_ROOM_STATE',
    { powerLevelContentOverride: { users: { [anna]: 100 } } },
  ],
  ['content with a fraction', 'M_BAD_JSON', { initialState: [{ type: 'x', stateKey: '', content: { a: 0.5 } }] }],
  ['an additional creator who is no user', 'M_INVALID_PARAM', { creationContent: { additional_creators: ['nobody'] } }],
  [
    'more initial state than a room begins with',
    'M_INVALID_PARAM',
    { initialState: Array.from({ length: 201 }, (_, n) => ({ type: 'x', stateKey: `${n}`, content: {} })) },
  ],
]
for (const [what, errcode, room] of refused) {
  test(`${what} is refused with ${errcode}, and no room is left behind`, async () => {
    const before = await roomCount(t.database)
    await assert.rejects(
      t.rooms.create(aRoom(room)),
      (error: unknown) => error instanceof MatrixError && error.errcode === errcode,
    )
    assert.equal(await roomCount(t.database), before)
  })
}

test('a new room of 200 state events and 100 invites is one act', async () => {
  const before = t.stream.head
  const invite = Array.from({ length: 100 }, (_, n) => aUserId(`u${n}`))
  const initialState = Array.from({ length: 200 }, (_, n) => ({ type: 'x', stateKey: `${n}`, content: {} }))
  const roomId = await t.rooms.create(aRoom({ invite, initialState }))
  assert.equal((await timelineOf(t.rooms, roomId)).length, t.stream.head - before)
  assert.equal((await t.rooms.head(roomId))?.serial, 1)
})

test('the same room asked for many times at one moment is as many rooms, also since the ID is the hash of the creation', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => t.rooms.create(aRoom({ name: 'Samma' }))))
  assert.equal(new Set(ids).size, 20)
  for (const roomId of ids) assert.equal((await timelineOf(t.rooms, roomId)).length, 7)
})
