// The auth events that an event names, redactions, and that no input makes the rules throw.
// spec: rooms/v1 #authorization-rules, rule 2; rooms/v12, rules 2 and 3; rooms/fragments/v3-handling-redactions

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import {
  alice,
  anna,
  aRoom,
  ban,
  bob,
  charlie,
  join,
  message,
  type TestDraft,
  type TestRoom,
} from '#protocol/room-for-tests/room-for-tests.ts'
import { type RoomVersionId, roomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { authorize, authorizeAuthEvents, mayRedact, type Verdict } from './auth-rules.ts'

const crypto = { verify: () => false }
const inVersion = (id: RoomVersionId) => aRoom(roomVersion(id)).createdBy(alice).joinRule('public').with(join(bob))
const known = (events: readonly RoomEvent[], rejected?: RoomEvent) =>
  events.map((event) => ({ event, rejected: event === rejected }))
const ruleOf = (verdict: Verdict) => (verdict.allowed ? 'allow' : verdict.rule)
const eventOf = (room: TestRoom, type: string, stateKey = ''): RoomEvent => {
  const event = room.get(type, stateKey)
  assert.ok(event)
  return event
}

for (const version of roomVersions) {
  const room = inVersion(version.id)
  const check = (draft: TestDraft, events = known(room.events)) =>
    ruleOf(authorizeAuthEvents(room.event(draft), events))
  const ids = (draft: TestDraft) => room.event(draft).authEvents

  test(`v${version.id}: the auth events of the selection are allowed`, () => {
    for (const draft of [message(bob), join(charlie), ban(alice, bob)]) assert.equal(check(draft), 'allow')
  })
  test(`v${version.id}: auth-events/duplicate: the same piece of state twice`, () => {
    const [first, ...others] = ids(message(bob))
    const twice = [first, ...others, first].filter((id) => id !== undefined)
    assert.equal(check({ ...message(bob), authEvents: twice }), 'auth-events/duplicate')
  })
  test(`v${version.id}: auth-events/unexpected: state that the event has no need of`, () => {
    const rules = eventOf(room, 'm.room.join_rules').eventId
    const authEvents = [...ids(message(bob)), rules]
    assert.equal(check({ ...message(bob), authEvents }), 'auth-events/unexpected')
  })
  test(`v${version.id}: auth-events/unexpected: an event that is no state`, () => {
    const said = room.with(message(alice))
    const last = said.events.at(-1)?.eventId ?? ''
    const event = said.event({ ...message(bob), authEvents: [...ids(message(bob)), last] })
    assert.equal(ruleOf(authorizeAuthEvents(event, known(said.events))), 'auth-events/unexpected')
  })
  test(`v${version.id}: auth-events/rejected: a refused event behind it`, () => {
    const joined = eventOf(room, 'm.room.member', bob)
    assert.equal(check(message(bob), known(room.events, joined)), 'auth-events/rejected')
  })
  test(`v${version.id}: auth-events/other-room: an event of another room behind it`, () => {
    const events = room.events.map((event) =>
      event.stateKey === bob ? { ...event, roomId: '!other:beta.example' as RoomId } : event,
    )
    assert.equal(check(message(bob), known(events)), 'auth-events/other-room')
  })
  test(`v${version.id}: auth-events/not-found: an event that is not known behind it`, () => {
    const authEvents = [...ids(message(bob)), `$${'x'.repeat(43)}`]
    assert.equal(check({ ...message(bob), authEvents }), 'auth-events/not-found')
  })
  test(`v${version.id}: a create event is judged by its own rule`, () => {
    const create = room.events[0]
    assert.ok(create)
    assert.equal(ruleOf(authorizeAuthEvents(create, [])), 'allow')
  })
}

test('auth-events/no-create: the create event must be named until v11', () => {
  for (const version of roomVersions.filter(({ id }) => id !== '12')) {
    const room = inVersion(version.id)
    const authEvents = [eventOf(room, 'm.room.member', bob).eventId]
    const event = room.event({ ...message(bob), authEvents })
    assert.equal(ruleOf(authorizeAuthEvents(event, known(room.events))), 'auth-events/no-create')
  }
})

test('auth-events/unexpected: the create event must not be named since v12', () => {
  const room = inVersion('12')
  const authEvents = [eventOf(room, 'm.room.create').eventId, eventOf(room, 'm.room.member', bob).eventId]
  const event = room.event({ ...message(bob), authEvents })
  assert.equal(ruleOf(authorizeAuthEvents(event, known(room.events))), 'auth-events/unexpected')
})

test('room/not-created: since v12 the room ID must be that of an accepted create event', () => {
  const room = inVersion('12')
  const event = room.event(message(bob))
  const create = eventOf(room, 'm.room.create')
  const others = room.events.filter((other) => other !== create)
  assert.equal(ruleOf(authorizeAuthEvents(event, known(others))), 'room/not-created')
  assert.equal(ruleOf(authorizeAuthEvents(event, known(room.events, create))), 'room/not-created')
  assert.equal(ruleOf(authorize(event, { state: { get: () => undefined }, crypto })), 'room/not-created')
})

test('since v12 the create event may come by itself, beside a state that lacks it', () => {
  const room = inVersion('12')
  const partial = { get: (type: string, key: string) => (type === 'm.room.create' ? undefined : room.get(type, key)) }
  const createEvent = eventOf(room, 'm.room.create')
  assert.equal(ruleOf(authorize(room.event(message(bob)), { state: partial, crypto, createEvent })), 'allow')
})

const redactionOf = (room: TestRoom, sender: string, target: RoomEvent) =>
  room.event({ type: 'm.room.redaction', sender, content: {}, redacts: target.eventId })
const saidBy = (room: TestRoom, sender: string) => {
  const event = room.with(message(sender)).events.at(-1)
  assert.ok(event)
  return event
}

for (const version of roomVersions) {
  test(`v${version.id}: a redaction is carried out with the redact level, or on one’s own server`, () => {
    const room = inVersion(version.id).with(join(anna), join(charlie))
    const rule = (sender: string, target: RoomEvent) =>
      ruleOf(mayRedact(redactionOf(room, sender, target), target, room))
    assert.equal(rule(alice, saidBy(room, bob)), 'allow')
    assert.equal(rule(anna, saidBy(room, alice)), 'allow')
    assert.equal(rule(bob, saidBy(room, bob)), 'allow')
    assert.equal(rule(charlie, saidBy(room, bob)), 'redaction/power-level')
  })
}

test('until v2 the servers in the event IDs are compared, since v3 those of the senders', () => {
  for (const [id, expected] of [
    ['2', 'allow'],
    ['3', 'redaction/power-level'],
  ] as const) {
    const room = inVersion(id).with(join(charlie))
    const target = { ...saidBy(room, bob), eventId: '$x:gamma.example' as EventId }
    const redaction = { ...redactionOf(room, charlie, target), eventId: '$y:gamma.example' as EventId }
    assert.equal(ruleOf(mayRedact(redaction, target, room)), expected)
  }
})

test('redaction/other-room, redaction/other-event: only the named event of the same room is redacted', () => {
  const room = inVersion('11')
  const target = saidBy(room, bob)
  const redaction = redactionOf(room, alice, target)
  const elsewhere = { ...target, roomId: '!other:alfa.example' as RoomId }
  assert.equal(ruleOf(mayRedact(redaction, elsewhere, room)), 'redaction/other-room')
  assert.equal(ruleOf(mayRedact(redaction, saidBy(room, alice), room)), 'redaction/other-event')
  assert.equal(ruleOf(mayRedact({ ...redaction, type: 'm.room.message' }, target, room)), 'redaction/other-event')
})

const types = fc.constantFrom(
  'm.room.create',
  'm.room.member',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.third_party_invite',
  'm.room.aliases',
  'm.room.redaction',
  'm.room.message',
  '__proto__',
)
const people = fc.constantFrom(alice, bob, charlie, '', '@', 'no user', '\0')
const names = fc.constantFrom(
  ...['membership', 'users', 'events', 'ban', 'invite', 'join_rule', 'third_party_invite', 'signed', 'mxid', 'token'],
  ...['signatures', 'public_keys', 'public_key', 'additional_creators', 'creator', 'notifications', '__proto__', alice],
)
const words = fc.constantFrom(
  'join',
  'invite',
  'leave',
  'ban',
  'knock',
  'public',
  'restricted',
  '50',
  'tok',
  alice,
  bob,
)
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, words, fc.double(), fc.constant(null), fc.boolean(), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
}))
const drafts = fc.record({
  type: types,
  stateKey: fc.option(people, { nil: undefined }),
  sender: people,
  content: json.object.map((content) => content as JsonObject),
  redacts: fc.option(fc.string(), { nil: undefined }),
})

test('the rules throw for no event in no room', () => {
  const rooms = fc.record({
    version: fc.constantFrom(...roomVersions),
    create: json.object,
    story: fc.array(drafts, { maxLength: 6 }),
  })
  fc.assert(
    fc.property(rooms, drafts, ({ version, create, story }, draft) => {
      const room = aRoom(version)
        .createdBy(alice, create as JsonObject)
        .with(...story)
      const event = room.event(draft)
      const target = room.events.at(-1)
      assert.ok(target)
      const verdicts = [
        authorize(event, { state: room, crypto }),
        authorizeAuthEvents(event, known(room.events)),
        mayRedact(event, target, room),
      ]
      for (const verdict of verdicts) assert.equal(typeof verdict.allowed, 'boolean')
    }),
    { numRuns: 2000, seed: 1 },
  )
})

test('nobody who is not in the room sends anything but a membership', () => {
  fc.assert(
    fc.property(fc.constantFrom(...roomVersions), drafts, (version, draft) => {
      const isOther =
        draft.type !== 'm.room.member' && draft.type !== 'm.room.create' && draft.type !== 'm.room.aliases'
      fc.pre(isOther)
      const room = aRoom(version).createdBy(alice).joinRule('public')
      assert.equal(authorize(room.event({ ...draft, sender: bob }), { state: room, crypto }).allowed, false)
    }),
    { numRuns: 300, seed: 1 },
  )
})
