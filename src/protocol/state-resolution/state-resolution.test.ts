// What holds for every resolution, and the parts it is made of.
// spec: rooms/v2 #state-resolution, rooms/v12 #state-resolution

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import {
  alice,
  anna,
  aRoom,
  ban,
  bob,
  charlie,
  invite,
  join,
  joinRule,
  kick,
  leave,
  powerLevels,
  sourceOf,
  type TestDraft,
  type TestRoom,
  topic,
} from '#protocol/room-for-tests/room-for-tests.ts'
import { type RoomVersion, roomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { Heap } from './heap.ts'
import { sha1Hex } from './sha1.ts'
import {
  authChain,
  authDifference,
  conflictedEvents,
  conflictedSubgraph,
  type EventSource,
  isPowerEvent,
  resolveConflict,
  resolveState,
  type StateMap,
  separate,
  splitStateKey,
  stateKeyOf,
} from './state-resolution.ts'

const crypto = { verify: () => false }
const sorted = (state: StateMap) => [...state].sort(([a], [b]) => (a < b ? -1 : 1))

const users = fc.constantFrom(alice, anna, bob, charlie)
const acts: fc.Arbitrary<TestDraft> = fc
  .record({
    kind: fc.constantFrom('join', 'leave', 'ban', 'kick', 'invite', 'topic', 'levels', 'rule'),
    sender: users,
    target: users,
    level: fc.constantFrom(0, 50, 100),
    rule: fc.constantFrom('public', 'invite'),
    // Few different times, so that ties are common.
    at: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ kind, sender, target, level, rule, at }) => {
    const drafts: { readonly [kind: string]: TestDraft } = {
      join: join(sender),
      leave: leave(sender),
      ban: ban(sender, target),
      kick: kick(sender, target),
      invite: invite(sender, target),
      topic: topic(sender, `${level}`),
      levels: powerLevels(sender, { users: { [bob]: 50, [target]: level } }),
      rule: joinRule(sender, rule),
    }
    return { ...(drafts[kind] ?? join(sender)), at }
  })
const forks = fc.array(fc.array(acts, { maxLength: 6 }), { minLength: 2, maxLength: 4 })
const stories = fc.record({
  version: fc.constantFrom(...roomVersions),
  common: fc.array(acts, { maxLength: 4 }),
  forks,
})

const start = (version: RoomVersion): TestRoom =>
  aRoom(version)
    .createdBy(alice)
    .powerLevels({ users: { [bob]: 50 } })
    .joinRule('public')
    .with(join(bob), join(charlie))

function told({ version, common, forks }: { version: RoomVersion; common: TestDraft[]; forks: TestDraft[][] }) {
  const base = start(version).with(...common)
  const rooms = forks.map((acts) => base.with(...acts))
  const states = rooms.map((room) => room.stateMap())
  return { version, states, source: sourceOf(rooms), rules: { version, crypto } }
}

test('neither the order nor repetition of the states matters', () => {
  fc.assert(
    fc.property(stories, fc.infiniteStream(fc.nat()), (story, numbers) => {
      const { states, source, rules } = told(story)
      const shuffled = [...states, ...states.map((state) => new Map([...state].reverse()))]
        .map((state) => ({ state, at: numbers.next().value }))
        .sort((a, b) => a.at - b.at)
        .map(({ state }) => state)
      assert.deepEqual(sorted(resolveState(shuffled, source, rules)), sorted(resolveState(states, source, rules)))
    }),
    { numRuns: 400, seed: 1 },
  )
})

test('what all states agree on stays', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { states, source, rules } = told(story)
      const resolved = resolveState(states, source, rules)
      for (const [key, id] of separate(states).unconflicted) assert.equal(resolved.get(key), id)
    }),
    { numRuns: 200, seed: 2 },
  )
})

test('equal states resolve to themselves, one state to the very same object', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { states, source, rules } = told(story)
      const [state] = states
      assert.ok(state)
      assert.equal(resolveState([state, state], source, rules), state)
      assert.deepEqual(sorted(resolveState([state, new Map(state)], source, rules)), sorted(state))
    }),
    { numRuns: 100, seed: 3 },
  )
  assert.equal(resolveState([], sourceOf([]), { version: roomVersion('12'), crypto }).size, 0)
})

test('resolving twice changes nothing more', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { states, source, rules } = told(story)
      const resolved = resolveState(states, source, rules)
      assert.deepEqual(sorted(resolveState([resolved, new Map(resolved)], source, rules)), sorted(resolved))
    }),
    { numRuns: 100, seed: 4 },
  )
})

test('an index that hands in the auth difference and the subgraph gives the same result', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { version, states, source, rules } = told(story)
      fc.pre(version.stateResolution !== 'v1')
      let asked = 0
      const indexed: EventSource = {
        ...source,
        authDifference: (given) => {
          asked++
          return authDifference(given, source)
        },
        conflictedSubgraph: (conflicted) => conflictedSubgraph(conflicted, source),
      }
      const expected = sorted(resolveState(states, source, rules))
      assert.deepEqual(sorted(resolveState(states, indexed, rules)), expected)
      const separated = separate(states)
      assert.equal(asked, separated.conflicted.size > 0 ? 1 : 0)
      if (separated.conflicted.size === 0) return
      const conflicted = conflictedEvents(separated)
      const added = resolveConflict(
        {
          unconflicted: separated.unconflicted,
          conflicted,
          authDifference: authDifference(states, source),
          conflictedSubgraph: conflictedSubgraph(conflicted, source),
        },
        source,
        rules,
      )
      assert.deepEqual(sorted(new Map([...separated.unconflicted, ...added])), expected)
      for (const key of added.keys()) assert.equal(separated.unconflicted.has(key), false)
    }),
    { numRuns: 200, seed: 5 },
  )
})

test('auth difference and subgraph are what their definitions say', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const { states, source } = told(story)
      const chains = states.map((state) => new Set([...state.values(), ...authChain(state.values(), source)]))
      const union = new Set(chains.flatMap((chain) => [...chain]))
      const difference = [...union].filter((id) => !chains.every((chain) => chain.has(id)))
      assert.deepEqual(new Set(authDifference(states, source)), new Set(difference))

      const conflicted = conflictedEvents(separate(states))
      const reached = (id: EventId) => authChain([id], source)
      const from = new Set([...conflicted].flatMap((id) => [...reached(id)]))
      const between = [...new Set([...from, ...conflicted])].filter((id) => {
        const leadsToOne = [...reached(id)].some((other) => conflicted.has(other))
        return conflicted.has(id) ? from.has(id) || leadsToOne : from.has(id) && leadsToOne
      })
      assert.deepEqual(new Set(conflictedSubgraph(conflicted, source)), new Set(between))
    }),
    { numRuns: 200, seed: 6 },
  )
})

test('a key that only some states have is conflicted', () => {
  const states = [new Map([['a', '$1' as EventId]]), new Map<string, EventId>()]
  const { unconflicted, conflicted } = separate(states)
  assert.equal(unconflicted.size, 0)
  assert.deepEqual(conflicted, new Map([['a', new Set(['$1'])]]))
})

test('power events are power levels, join rules, and memberships that others take away', () => {
  const room = start(roomVersion('11'))
  const isPower = (draft: TestDraft) => isPowerEvent(room.event(draft))
  for (const draft of [powerLevels(alice, {}), joinRule(alice, 'public'), ban(alice, bob), kick(alice, bob)]) {
    assert.equal(isPower(draft), true)
  }
  for (const draft of [join(bob), leave(bob), invite(alice, anna), topic(alice, 'x')])
    assert.equal(isPower(draft), false)
  assert.equal(isPower({ type: 'm.room.power_levels', sender: alice, content: {} }), false)
})

test('an event that is not known is passed over', () => {
  const version = roomVersion('12')
  const room = start(version)
  const states = [room.with(topic(alice, '1')).stateMap(), room.with(topic(alice, '2')).stateMap()]
  const resolved = resolveState(states, sourceOf([room]), { version, crypto })
  assert.deepEqual(sorted(resolved), sorted(room.stateMap()))
})

test('a chain of 50,000 power levels is resolved without recursion', () => {
  const version = roomVersion('12')
  const room = aRoom(version).createdBy(alice)
  const [create, first] = room.events
  assert.ok(create && first)
  const chain = chainOf(50_000, room.event(powerLevels(alice, { users: {} })))
  const events = new Map<EventId, RoomEvent>([...room.events, ...chain].map((event) => [event.eventId, event]))
  const source: EventSource = { event: (id) => events.get(id), isRejected: () => false }
  const key = stateKeyOf('m.room.power_levels', '')
  const states = [chain[0], chain.at(-1)].map(
    (end) => new Map([...room.stateMap(), [key, end?.eventId ?? first.eventId]]),
  )
  assert.equal(resolveState(states, source, { version, crypto }).get(key), chain.at(-1)?.eventId)
})

function chainOf(length: number, first: RoomEvent): readonly RoomEvent[] {
  const chain = [first]
  for (let at = 1; at < length; at++) {
    const before = chain[at - 1]?.eventId ?? first.eventId
    const authEvents = [before, ...first.authEvents]
    chain.push({ ...first, eventId: `$level${at}` as EventId, originServerTs: first.originServerTs + at, authEvents })
  }
  return chain
}

test('events that are each other’s auth events, possible in v2, end nowhere and stop nothing', () => {
  const version = roomVersion('2')
  const room = start(version)
  const ring = ['$a:evil.example', '$b:evil.example'] as EventId[]
  const draft = (at: number) => ({ ...powerLevels(alice, { users: { [alice]: 100, [bob]: at } }), eventId: ring[at] })
  const loop = [0, 1].map((at) => {
    const event = room.event(draft(at))
    return { ...event, authEvents: [...event.authEvents.slice(0, 1), ...ring.slice(1 - at, 2 - at)] as EventId[] }
  })
  const events = new Map([...room.events, ...loop].map((event) => [event.eventId, event]))
  const source: EventSource = { event: (id) => events.get(id), isRejected: () => false }
  const key = stateKeyOf('m.room.power_levels', '')
  const states = ring.map((id) => new Map([...room.stateMap(), [key, id]]))
  assert.equal(resolveState(states, source, { version, crypto }).has(key), false)
})

test('no content makes a resolution throw', () => {
  const content = fc.dictionary(
    fc.constantFrom('membership', 'users', 'join_rule', 'events', '__proto__'),
    fc.oneof(
      fc.constantFrom('join', 'ban', 'leave', ''),
      fc.double(),
      fc.constant(null),
      fc.constant({}),
      fc.constant([]),
    ),
  )
  const drafts = fc.record({
    type: fc.constantFrom('m.room.member', 'm.room.power_levels', 'm.room.join_rules', 'm.room.create', 'x\0y'),
    stateKey: fc.constantFrom('', alice, bob, '\0', 'y'),
    sender: users,
    content,
    depth: fc.integer(),
  })
  const hostile = fc.array(fc.array(drafts, { maxLength: 5 }), { minLength: 2, maxLength: 3 })
  fc.assert(
    fc.property(fc.constantFrom(...roomVersions), hostile, (version, forks) => {
      const { states, source, rules } = told({ version, common: [], forks: forks as TestDraft[][] })
      assert.ok(resolveState(states, source, rules).size > 0)
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('two pieces of state never share a key, and the key gives them back', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '\0', '\u0001', '\u0002'), maxLength: 6 })
  fc.assert(
    fc.property(text, text, text, text, (type, stateKey, otherType, otherKey) => {
      assert.deepEqual(splitStateKey(stateKeyOf(type, stateKey)), { type, stateKey })
      const isSame = type === otherType && stateKey === otherKey
      assert.equal(stateKeyOf(type, stateKey) === stateKeyOf(otherType, otherKey), isSame)
    }),
    { numRuns: 1000, seed: 8 },
  )
})

test('the heap gives its items back smallest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const heap = new Heap<number>((a, b) => a - b)
      for (const item of items) heap.push(item)
      const taken = items.map(() => heap.pop())
      assert.deepEqual(
        taken,
        [...items].sort((a, b) => a - b),
      )
      assert.equal(heap.pop(), undefined)
    }),
    { seed: 9 },
  )
})

test('SHA-1 is that of the platform, for every length and alphabet', () => {
  const expected = (text: string) => createHash('sha1').update(text.toWellFormed()).digest('hex')
  for (let length = 0; length < 130; length++) assert.equal(sha1Hex('x'.repeat(length)), expected('x'.repeat(length)))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(sha1Hex(text), expected(text))),
    { seed: 10 },
  )
})

test('a user or room ID of no form stops no resolution', () => {
  const version = roomVersion('12')
  const room = start(version)
  const strange = { ...room.event(topic(alice, 'x')), sender: '' as UserId, roomId: '' as RoomId }
  const events = new Map([...room.events, strange].map((event) => [event.eventId, event]))
  const source: EventSource = { event: (id) => events.get(id), isRejected: () => false }
  const state = new Map([...room.stateMap(), [stateKeyOf('m.room.topic', ''), strange.eventId]])
  const resolved = resolveState([room.stateMap(), state], source, { version, crypto })
  assert.deepEqual(sorted(resolved), sorted(room.stateMap()))
})
