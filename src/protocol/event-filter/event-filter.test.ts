// Filters against the vectors, what is refused, and the fields that are picked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MatrixError } from '#protocol/errors/errors.ts'
import { type EventParts, eventOf } from '#protocol/event-for-tests/event-for-tests.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import vectors from '../../../vectors/event-filter/room-events.json' with { type: 'json' }
import { isInlineFilter, limitOf, parseRoomEventFilter, parseSyncFilter } from './event-filter.ts'

for (const each of vectors.cases) {
  test(`room events: ${each.name}`, () => {
    const filter = parseRoomEventFilter(each.filter as JsonObject)
    const passes = (parts: EventParts) => {
      const event = eventOf(parts)
      return filter.includesRoom(event.roomId) && filter.matches(event)
    }
    for (const parts of each.passes as EventParts[]) assert.equal(passes(parts), true)
    for (const parts of each.stops as EventParts[]) assert.equal(passes(parts), false)
    assert.ok(each.passes.length + each.stops.length > 0)
  })
}

test('a sync filter reads all its parts', () => {
  const filter = parseSyncFilter({
    event_format: 'federation',
    presence: { senders: ['@a:b'] },
    account_data: { not_types: ['m.push_rules'], limit: 3 },
    room: {
      include_leave: true,
      not_rooms: ['!x:b'],
      state: { lazy_load_members: true, include_redundant_members: true },
      timeline: { limit: 10, unread_thread_notifications: true },
      ephemeral: { types: ['m.typing'] },
      account_data: { types: ['m.tag'] },
    },
  })
  assert.equal(filter.eventFormat, 'federation')
  assert.equal(filter.presence.matches({ type: 'm.presence', sender: '@c:b' }), false)
  assert.equal(filter.accountData.matches({ type: 'm.push_rules' }), false)
  assert.equal(filter.accountData.limit, 3)
  assert.deepEqual(
    [filter.room.includeLeave, filter.room.includesRoom('!x:b'), filter.room.includesRoom('!y:b')],
    [true, false, true],
  )
  assert.deepEqual([filter.room.state.lazyLoadMembers, filter.room.state.includeRedundantMembers], [true, true])
  assert.deepEqual([filter.room.timeline.limit, filter.room.timeline.unreadThreadNotifications], [10, true])
  assert.equal(filter.room.ephemeral.matches({ type: 'm.receipt', content: {} }), false)
  assert.equal(filter.room.accountData.matches({ type: 'm.tag', content: {} }), true)
})

test('a filter that says nothing has the defaults of the specification', () => {
  const filter = parseSyncFilter({ 'org.example.unknown': 1 })
  assert.deepEqual([filter.eventFormat, filter.pickFields, filter.room.includeLeave], ['client', undefined, false])
  const { limit, lazyLoadMembers, includeRedundantMembers, unreadThreadNotifications, relatedBy } = filter.room.timeline
  assert.deepEqual(
    [limit, lazyLoadMembers, includeRedundantMembers, unreadThreadNotifications, relatedBy],
    [undefined, false, false, false, undefined],
  )
})

test('an event without a sender passes no list of senders', () => {
  assert.equal(parseSyncFilter({ account_data: { senders: ['@a:b'] } }).accountData.matches({ type: 'm.x' }), false)
})

test('one child has to satisfy both its sender and its kind', () => {
  const { relatedBy } = parseRoomEventFilter({ related_by_senders: ['@a:b'], related_by_rel_types: ['m.thread'] })
  assert.equal(relatedBy?.({ relType: 'm.thread', sender: '@a:b' }), true)
  assert.equal(relatedBy?.({ relType: 'm.thread', sender: '@c:b' }), false)
  assert.equal(relatedBy?.({ relType: 'm.reference', sender: '@a:b' }), false)
})

const wrong: readonly (readonly [Json, string])[] = [
  [[], 'The filter'],
  [{ room: [] }, '`room`'],
  [{ room: { timeline: 1 } }, '`room.timeline`'],
  [{ room: { timeline: { limit: -1 } } }, '`room.timeline.limit`'],
  [{ room: { timeline: { limit: 1.5 } } }, '`room.timeline.limit`'],
  [{ room: { timeline: { limit: '10' } } }, '`room.timeline.limit`'],
  [{ room: { state: { types: 'm.room.*' } } }, '`room.state.types`'],
  [{ room: { state: { types: [1] } } }, '`room.state.types`'],
  [{ room: { state: { lazy_load_members: 'yes' } } }, '`room.state.lazy_load_members`'],
  [{ room: { rooms: ['room:b'] } }, '`room.rooms`'],
  [{ room: { include_leave: 1 } }, '`room.include_leave`'],
  [{ presence: { senders: ['alice'] } }, '`presence.senders`'],
  [{ event_format: 'raw' }, '`event_format`'],
  [{ event_fields: 'content' }, '`event_fields`'],
  [{ account_data: { types: Array.from({ length: 1001 }, () => 'x') } }, '`account_data.types`'],
  [{ account_data: { types: ['x'.repeat(513)] } }, '`account_data.types`'],
]

for (const [filter, named] of wrong) {
  test(`M_BAD_JSON names ${named}: ${JSON.stringify(filter).slice(0, 60)}`, () => {
    assert.throws(
      () => parseSyncFilter(filter),
      (error) => error instanceof MatrixError && error.errcode === 'M_BAD_JSON' && error.message.startsWith(named),
    )
  })
}

test('a limit has a default and a maximum, and 0 asks for nothing', () => {
  assert.deepEqual([limitOf(undefined, 10, 100), limitOf(1000, 10, 100), limitOf(0, 10, 100)], [10, 100, 0])
  assert.equal(parseRoomEventFilter({ limit: 0 }).limit, 0)
})

test('a filter parameter that starts with a brace is a filter', () => {
  assert.deepEqual([isInlineFilter('{}'), isInlineFilter('12')], [true, false])
})

const event: JsonObject = {
  type: 'm.room.message',
  content: { body: 'x', 'm.relates_to': { rel_type: 'm.thread', event_id: '$a' }, list: [1] },
  sender: '@a:b',
}
const picked = (...event_fields: string[]) => parseSyncFilter({ event_fields }).pickFields?.(event)

test('only the asked fields are given, with escaped dots, and a whole field wins over its parts', () => {
  assert.deepEqual(picked('type', 'content.body'), { type: 'm.room.message', content: { body: 'x' } })
  assert.deepEqual(picked('content.m\\.relates_to.rel_type'), { content: { 'm.relates_to': { rel_type: 'm.thread' } } })
  assert.deepEqual(picked('content.body', 'content'), { content: event['content'] })
  assert.deepEqual(picked('content', 'content.body'), { content: event['content'] })
  assert.deepEqual(picked('content.list.0', 'constructor', 'type.length'), { content: {} })
  assert.deepEqual(picked(), {})
})

test('whatever is picked was in the event, in the same place', () => {
  const names = fc.constantFrom('a', 'b', '__proto__', 'c.d')
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(fc.integer(), fc.dictionary(names, tie('node'), { maxKeys: 3 })),
  }))
  fc.assert(
    fc.property(
      fc.dictionary(names, tree.node),
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '.', '\\') })),
      (from, paths) => {
        const source = JSON.parse(JSON.stringify(from)) as JsonObject
        const result = parseSyncFilter({ event_fields: paths }).pickFields?.(source)
        assert.ok(result !== undefined && isPartOf(result, source))
      },
    ),
  )
})

function isPartOf(part: Json, whole: Json | undefined): boolean {
  if (typeof part !== 'object' || part === null) return part === whole
  if (typeof whole !== 'object' || whole === null) return false
  return Object.entries(part).every(
    ([name, value]) => Object.hasOwn(whole, name) && isPartOf(value, (whole as JsonObject)[name]),
  )
}

test('any JSON is either a filter or refused with M_BAD_JSON', () => {
  const part = fc.dictionary(
    fc.constantFrom('types', 'senders', 'limit', 'rooms', 'contains_url', 'not_types'),
    fc.jsonValue(),
  )
  const room = fc.dictionary(
    fc.constantFrom('state', 'timeline', 'rooms', 'include_leave'),
    fc.oneof(part, fc.jsonValue()),
  )
  fc.assert(
    fc.property(fc.oneof(fc.record({ room, presence: part }), fc.jsonValue()), (value) => {
      try {
        assert.equal(typeof parseSyncFilter(value as Json).room.timeline.matches, 'function')
      } catch (error) {
        assert.ok(error instanceof MatrixError && error.errcode === 'M_BAD_JSON')
      }
    }),
  )
})
