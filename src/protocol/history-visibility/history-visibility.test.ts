// History visibility against the vectors, from the state at an event, and what must hold for all inputs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventOf, stateOf } from '#protocol/event-for-tests/event-for-tests.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import vectors from '../../../vectors/history-visibility/users.json' with { type: 'json' }
import {
  type HistoryVisibility,
  historyVisibilityOf,
  type Membership,
  membershipAround,
  membershipOf,
  sightOf,
  sightOfUser,
  strongestMembership,
} from './history-visibility.ts'

const bob = '@bob:example.org' as UserId
const visibilityEvent = (history_visibility: Json) =>
  eventOf({ type: 'm.room.history_visibility', stateKey: '', content: { history_visibility } })
const memberEvent = (membership: Json, userId: string = bob) =>
  eventOf({ type: 'm.room.member', stateKey: userId, content: { membership } })

const around = (value: string | string[]) => {
  const [before, after] = typeof value === 'string' ? [value, value] : value
  return { before, after }
}

for (const each of vectors.cases) {
  test(`sight: ${each.name}`, () => {
    const visibility = around(each.visibility)
    const membership = around(each.membership)
    const { joinedLater } = each
    const senderErased = 'senderErased' in each && each.senderErased === true
    const event = Array.isArray(each.visibility)
      ? visibilityEvent(visibility.after ?? '')
      : Array.isArray(each.membership)
        ? memberEvent(membership.after ?? '')
        : eventOf()
    const stateBefore = stateOf(visibilityEvent(visibility.before ?? ''), memberEvent(membership.before ?? ''))
    assert.equal(sightOfUser({ event, stateBefore, userId: bob, joinedLater, senderErased }), each.sight)
  })
}

test('no visibility, or one not understood, is shared', () => {
  assert.equal(historyVisibilityOf(undefined), 'shared')
  for (const value of ['friends', 1, null, 'toString'])
    assert.equal(historyVisibilityOf(visibilityEvent(value)), 'shared')
})

test('no membership, or one not understood, is leave', () => {
  assert.equal(membershipOf(undefined), 'leave')
  assert.equal(membershipOf(memberEvent(['join'])), 'leave')
})

test('another user’s member event does not change mine', () => {
  const around = membershipAround(memberEvent('join', '@carol:example.org'), bob, stateOf(memberEvent('invite')))
  assert.deepEqual(around, { before: 'invite', after: 'invite' })
})

test('a history visibility event with a state key is nothing special', () => {
  const event = eventOf({
    type: 'm.room.history_visibility',
    stateKey: 'x',
    content: { history_visibility: 'world_readable' },
  })
  const stateBefore = stateOf(visibilityEvent('joined'))
  assert.equal(sightOfUser({ event, stateBefore, userId: bob, joinedLater: true }), 'hidden')
})

test('a server is as strong as its strongest user', () => {
  assert.equal(strongestMembership(['ban', 'invite', 'leave']), 'invite')
  assert.equal(strongestMembership(['invite', 'join']), 'join')
  assert.equal(strongestMembership([]), 'leave')
})

const visibilities = fc.constantFrom<HistoryVisibility>('world_readable', 'shared', 'invited', 'joined')
const memberships = fc.constantFrom<Membership>('join', 'invite', 'knock', 'leave', 'ban')

test('a more open visibility, a membership of join or a later join never hides what was seen', () => {
  const order: HistoryVisibility[] = ['joined', 'invited', 'shared', 'world_readable']
  fc.assert(
    fc.property(visibilities, memberships, fc.boolean(), (visibility, membership, joinedLater) => {
      const sees = (v: HistoryVisibility, m: Membership, later: boolean) =>
        sightOf({ visibility: { before: v, after: v }, membership: { before: m, after: m }, joinedLater: later }) ===
        'whole'
      if (!sees(visibility, membership, joinedLater)) return
      assert.ok(sees(visibility, 'join', joinedLater))
      assert.ok(sees(visibility, membership, true))
      // `shared` shows an invited user less than `invited` until they join: so the specification has it.
      if (membership === 'invite' && visibility === 'invited' && !joinedLater) return
      for (const wider of order.slice(order.indexOf(visibility))) assert.ok(sees(wider, membership, joinedLater))
    }),
  )
})
