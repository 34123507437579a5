// Which state a client wants, by one config and by several.
// spec: proposals/4186 (RequiredStateRequest, combining room configs)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { WantedState } from './required-state.ts'
import type { RequiredState } from './sliding-request.ts'

const state = (more: Partial<RequiredState>): RequiredState => ({
  include: [],
  exclude: [],
  lazyMembers: false,
  ...more,
})
const member = { type: 'm.room.member', stateKey: '@bo:alfa.example' }
const name = { type: 'm.room.name', stateKey: '' }

test('an empty pattern matches everything, and what is excluded is left out', () => {
  const wanted = new WantedState([state({ include: [{}], exclude: [name] })])
  assert.deepEqual([wanted.wants(member), wanted.wants(name)], [true, false])
  assert.deepEqual([wanted.asksBeyondKeys, wanted.asksForMembers], [true, true])
})

test('with lazy loading a pattern leaves members out, and a member by name is wanted', () => {
  const wanted = new WantedState([state({ include: [{}, member], lazyMembers: true })])
  assert.equal(wanted.wants(member), true)
  assert.equal(wanted.wants({ ...member, stateKey: '@cia:alfa.example' }), false)
  assert.deepEqual(wanted.exact, [member])
  assert.deepEqual([wanted.lazyMembers, wanted.asksForMembers], [true, false])
})

test('a state key alone matches all types', () => {
  const wanted = new WantedState([state({ include: [{ stateKey: member.stateKey }] })])
  assert.deepEqual([wanted.wants(member), wanted.wants(name)], [true, false])
  assert.deepEqual([wanted.exact, wanted.asksBeyondKeys, wanted.asksForMembers], [[member], true, false])
})

test('what one config excludes another may want', () => {
  const wanted = new WantedState([state({ include: [{}], exclude: [name] }), state({ include: [name] })])
  assert.equal(wanted.wants(name), true)
})

test('members are lazy unless a config wants all of them', () => {
  const lazy = state({ lazyMembers: true })
  assert.equal(new WantedState([lazy, state({ include: [{}], exclude: [member] })]).lazyMembers, true)
  assert.equal(new WantedState([lazy, state({ include: [{ type: 'm.room.member' }] })]).lazyMembers, false)
  assert.equal(new WantedState([state({ include: [{}] })]).lazyMembers, false)
})

test('who is not asked for members beyond keys gets none but those named', () => {
  const texts = fc.constantFrom('m.room.member', 'm.room.name', '', '@bo:alfa.example')
  const pattern = fc.record({
    type: fc.option(texts, { nil: undefined }),
    stateKey: fc.option(texts, { nil: undefined }),
  })
  const config = fc.record({
    include: fc.array(pattern, { maxLength: 3 }),
    exclude: fc.array(pattern, { maxLength: 2 }),
    lazyMembers: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(config, { minLength: 1, maxLength: 3 }), texts, texts, (configs, type, stateKey) => {
      const wanted = new WantedState(configs)
      const key = { type, stateKey }
      if (!wanted.wants(key)) return
      const isNamed = wanted.exact.some((exact) => exact.type === type && exact.stateKey === stateKey)
      assert.ok(isNamed || wanted.asksBeyondKeys)
      assert.ok(type !== 'm.room.member' || wanted.asksForMembers || isNamed)
    }),
  )
})
