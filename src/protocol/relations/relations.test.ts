// Relationships against the vectors, threads, the newest edit and the text of bundles.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EventParts, eventOf } from '#protocol/event-for-tests/event-for-tests.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import editVectors from '../../../vectors/relations/edits.json' with { type: 'json' }
import readingVectors from '../../../vectors/relations/reading.json' with { type: 'json' }
import {
  bundleJson,
  canBeThreadRoot,
  editVerdict,
  mayBundle,
  newestEdit,
  participates,
  refusalOfRelation,
  relationOf,
  replyOf,
  threadOf,
} from './relations.ts'

for (const each of readingVectors.cases) {
  test(`reading: ${each.name}`, () => {
    const content = { 'm.relates_to': each.relatesTo as Json }
    const wanted = each.relation === null ? undefined : { key: undefined, ...each.relation }
    assert.deepEqual(relationOf(content), wanted)
    assert.deepEqual(replyOf(content), each.reply ?? undefined)
  })
}

const relating = (rel_type: string, event_id: string, more: JsonObject = {}): JsonObject => ({
  'm.relates_to': { rel_type, event_id },
  ...more,
})
const original = (more: EventParts = {}) => eventOf({ eventId: '$original:example.org', ...more })
const edit = (more: EventParts = {}) =>
  eventOf({
    eventId: '$edit:example.org',
    content: relating('m.replace', '$original:example.org', { 'm.new_content': { body: 'better' } }),
    ...more,
  })

for (const each of editVectors.cases) {
  test(`${each.rule ?? 'valid'}: ${each.name}`, () => {
    const verdict = editVerdict(edit(each.edit as EventParts), original(each.original as EventParts))
    assert.deepEqual(verdict, each.rule === null ? { valid: true } : { valid: false, rule: each.rule })
  })
}

test('the newest edit is the latest by time, then by the larger event ID, whatever the order', () => {
  const part = fc.record({
    originServerTs: fc.integer({ min: 1, max: 3 }),
    eventId: fc.constantFrom('$a:b', '$b:b', '$B:b', '$c:b'),
  })
  fc.assert(
    fc.property(fc.uniqueArray(part, { selector: (each) => each.eventId, minLength: 1 }), (parts) => {
      const edits = parts.map((each) => edit(each))
      const newest = newestEdit(edits, original())
      const beaten = (other: RoomEvent) =>
        newest !== undefined &&
        (other.originServerTs < newest.originServerTs ||
          (other.originServerTs === newest.originServerTs && other.eventId <= newest.eventId))
      assert.ok(edits.every(beaten))
      assert.equal(newestEdit(edits.toReversed(), original()), newest)
    }),
  )
})

test('an invalid edit is never the newest', () => {
  const later = edit({ eventId: '$z:b', sender: '@mallory:example.org', originServerTs: 9_000_000_000_000 })
  assert.equal(newestEdit([later, edit()], original())?.eventId, '$edit:example.org')
  assert.equal(newestEdit([later], original()), undefined)
})

test('a thread cannot start from an event that relates to another, but from a reply it can', () => {
  const content = relating('m.thread', '$root:b')
  for (const relType of ['m.thread', 'm.replace', 'm.annotation', 'org.example.any']) {
    const root = eventOf({ content: relating(relType, '$x:b') })
    assert.equal(canBeThreadRoot(root), false)
    const refusal = refusalOfRelation(content, root)
    assert.deepEqual([refusal?.status, refusal?.errcode], [400, 'M_UNKNOWN'])
    assert.equal(refusalOfRelation(relating('m.annotation', '$root:b'), root), undefined)
  }
  const reply = eventOf({ content: { 'm.relates_to': { 'm.in_reply_to': { event_id: '$x:b' } } } })
  assert.equal(refusalOfRelation(content, reply), undefined)
  assert.equal(refusalOfRelation(content, undefined), undefined)
})

test('an event is in the thread it names, or that its parents lead to within three hops', () => {
  const chain = ['$0:b', '$1:b', '$2:b', '$3:b', '$4:b'].map((eventId, index) =>
    eventOf({
      eventId,
      content: index === 0 ? relating('m.thread', '$root:b') : relating('m.reference', `$${index - 1}:b`),
    }),
  )
  const parentOf = (id: EventId) => chain.find((event) => event.eventId === id)
  assert.deepEqual(
    chain.map((event) => threadOf(event, parentOf)),
    ['$root:b', '$root:b', '$root:b', '$root:b', 'main'],
  )
})

test('thread roots, what reacts to them and what relates in a circle are in the main timeline', () => {
  const root = eventOf({ eventId: '$root:b' })
  const circle = eventOf({ eventId: '$c:b', content: relating('m.reference', '$c:b') })
  const reaction = eventOf({ type: 'm.reaction', content: relating('m.annotation', '$root:b') })
  assert.equal(
    threadOf(root, () => undefined),
    'main',
  )
  assert.equal(
    threadOf(reaction, () => root),
    'main',
  )
  assert.equal(
    threadOf(circle, () => circle),
    'main',
  )
})

test('state events bundle nothing, redacted events no edit', () => {
  const state = eventOf({ stateKey: '' })
  assert.equal(mayBundle(state, 'm.thread', false), false)
  assert.equal(mayBundle(eventOf(), 'm.replace', true), false)
  assert.equal(mayBundle(eventOf(), 'm.thread', true), true)
  assert.equal(mayBundle(eventOf(), 'm.replace', false), true)
})

test('a bundle is the JSON of the specification', () => {
  const references = ['$one:b', '$two:b'] as EventId[]
  const thread = { latestEventJson: '{"event_id":"$l:b"}', count: 7, currentUserParticipated: true }
  assert.deepEqual(JSON.parse(bundleJson({ replaceJson: '{"event_id":"$e:b"}', thread, references }) ?? ''), {
    'm.replace': { event_id: '$e:b' },
    'm.thread': { latest_event: { event_id: '$l:b' }, count: 7, current_user_participated: true },
    'm.reference': { chunk: [{ event_id: '$one:b' }, { event_id: '$two:b' }] },
  })
})

test('nothing to bundle is no member', () => {
  assert.equal(bundleJson({}), undefined)
  assert.equal(bundleJson({ references: [] }), undefined)
  assert.equal(bundleJson({ thread: { latestEventJson: '{}', count: 0, currentUserParticipated: false } }), undefined)
})

test('the sender of the root takes part in a thread, and whoever has sent in it', () => {
  const root = eventOf()
  assert.equal(participates('@alice:example.org' as UserId, root, false), true)
  assert.equal(participates('@bob:example.org' as UserId, root, false), false)
  assert.equal(participates('@bob:example.org' as UserId, root, true), true)
})

test('no content makes reading throw', () => {
  const relatesTo = fc.dictionary(
    fc.constantFrom('rel_type', 'event_id', 'key', 'm.in_reply_to', 'is_falling_back'),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.oneof(relatesTo, fc.jsonValue()), (value) => {
      const content = { 'm.relates_to': value } as JsonObject
      const relation = relationOf(content)
      assert.ok(relation === undefined || relation.parent.startsWith('$'))
      assert.ok(replyOf(content)?.to.startsWith('$') ?? true)
    }),
  )
})
