// What users may do to their rules, and where new rules stand.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { Json } from '#protocol/json/json.ts'
import { deleteRule, ruleIn, rulesetOf, setRule, setRuleActions, setRuleEnabled, untouchedRules } from './push-rules.ts'

const fresh = untouchedRules('@bob:example.org')
const body = { actions: ['notify'] }
const add = (rules: typeof fresh, ruleId: string, more: { before?: string; after?: string } = {}) =>
  setRule(rules, { kind: 'room', ruleId, body, ...more })
const order = (rules: typeof fresh) => rulesetOf(rules).room.map((rule) => rule.rule_id)
const refuses = (errcode: string, act: () => unknown) =>
  assert.throws(act, (error) => error instanceof MatrixError && error.errcode === errcode)

test('a new rule stands first among the user’s own and is enabled', () => {
  const rules = add(add(fresh, 'a'), 'b')
  assert.deepEqual(order(rules), ['b', 'a'])
  assert.equal(ruleIn(rulesetOf(rules), 'room', 'b').enabled, true)
})

test('before places a rule right above, after right below, and before wins', () => {
  const three = add(add(add(fresh, 'c'), 'b'), 'a')
  assert.deepEqual(order(add(three, 'x', { before: 'c' })), ['a', 'b', 'x', 'c'])
  assert.deepEqual(order(add(three, 'x', { after: 'a' })), ['a', 'x', 'b', 'c'])
  assert.deepEqual(order(add(three, 'x', { before: 'c', after: 'a' })), ['a', 'b', 'x', 'c'])
  assert.deepEqual(order(add(three, 'a', { after: 'c' })), ['b', 'c', 'a'])
})

test('a changed rule keeps its place and stays disabled', () => {
  const off = setRuleEnabled(add(add(fresh, 'b'), 'a'), 'room', 'b', { enabled: false })
  const rules = setRule(off, { kind: 'room', ruleId: 'b', body: { actions: [] } })
  assert.deepEqual(order(rules), ['a', 'b'])
  assert.deepEqual(ruleIn(rulesetOf(rules), 'room', 'b'), { rule_id: 'b', default: false, enabled: false, actions: [] })
})

test('a neighbour that is predefined, of another kind, unknown or the rule itself is refused', () => {
  const rules = setRule(fresh, { kind: 'override', ruleId: 'o', body })
  for (const before of ['.m.rule.master', 'unknown', 'o', 'x']) {
    refuses('M_UNKNOWN', () => add(rules, 'x', { before }))
    refuses('M_UNKNOWN', () => add(rules, 'x', { after: before }))
  }
})

test('the master rule stands above the user’s rules, and every other predefined rule below', () => {
  const ids = rulesetOf(setRule(fresh, { kind: 'override', ruleId: 'mine', body })).override.map((rule) => rule.rule_id)
  assert.deepEqual(ids.slice(0, 3), ['.m.rule.master', 'mine', '.m.rule.suppress_notices'])
})

test('a predefined rule can be disabled and given other actions, and both are kept', () => {
  const off = setRuleEnabled(fresh, 'underride', '.m.rule.message', { enabled: false })
  const both = setRuleActions(off, 'underride', '.m.rule.message', { actions: ['dont_notify'] })
  const rule = ruleIn(rulesetOf(both), 'underride', '.m.rule.message')
  assert.deepEqual([rule.enabled, rule.actions, rule.default], [false, [], true])
})

test('a rule is found only under its own kind', () => {
  refuses('M_NOT_FOUND', () => setRuleEnabled(fresh, 'override', '.m.rule.message', { enabled: true }))
  refuses('M_NOT_FOUND', () => setRuleActions(fresh, 'room', 'a', body))
  refuses('M_NOT_FOUND', () => deleteRule(fresh, 'room', 'constructor'))
})

test('own rules can be deleted, predefined ones not', () => {
  assert.deepEqual(order(deleteRule(add(add(fresh, 'b'), 'a'), 'room', 'a')), ['b'])
  refuses('M_INVALID_PARAM', () => deleteRule(fresh, 'override', '.m.rule.master'))
})

test('rule IDs with a leading dot, a slash or a backslash are refused', () => {
  for (const ruleId of ['.a', 'a/b', 'a\\b', '', 'x'.repeat(513)]) refuses('M_INVALID_PARAM', () => add(fresh, ruleId))
})

test('bodies that could never work are refused', () => {
  const put = (kind: 'content' | 'override', value: Json) => () => setRule(fresh, { kind, ruleId: 'a', body: value })
  refuses('M_BAD_JSON', put('override', []))
  refuses('M_MISSING_PARAM', put('override', {}))
  refuses('M_BAD_JSON', put('override', { actions: 'notify' }))
  refuses('M_INVALID_PARAM', put('override', { actions: ['shout'] }))
  refuses('M_INVALID_PARAM', put('override', { actions: [{ sound: 'x' }] }))
  refuses('M_INVALID_PARAM', put('override', { actions: [{ set_tweak: 'x', value: 'y'.repeat(5000) }] }))
  refuses('M_MISSING_PARAM', put('content', { actions: [] }))
  refuses('M_BAD_JSON', put('content', { actions: [], pattern: 1 }))
  refuses('M_INVALID_PARAM', put('content', { actions: [], pattern: 'x'.repeat(1025) }))
  refuses('M_MISSING_PARAM', put('override', { actions: [], conditions: [{}] }))
  refuses('M_INVALID_PARAM', put('override', { actions: [], conditions: [{ kind: 'event_match', key: 'type' }] }))
  refuses('M_INVALID_PARAM', () => setRuleEnabled(fresh, 'override', '.m.rule.master', { enabled: 'yes' }))
})

test('two thousand rules of a kind are enough, and changing one of them is still possible', () => {
  const room = Array.from({ length: 2000 }, (_, index) => ({
    rule_id: `${index}`,
    default: false,
    enabled: true,
    actions: [],
  }))
  const full = { ...fresh, own: { ...fresh.own, room } }
  refuses('M_INVALID_PARAM', () => add(full, 'one-more'))
  assert.equal(order(add(full, '7')).length, 2000)
})

test('a condition of an unknown kind is kept for clients that know it', () => {
  const conditions = [{ kind: 'org.example.moon', phase: 'full' }]
  const rules = setRule(fresh, { kind: 'override', ruleId: 'a', body: { actions: [], conditions } })
  assert.deepEqual(ruleIn(rulesetOf(rules), 'override', 'a').conditions, conditions)
})

test('an edit never touches the rules it was given, and no rule is lost or doubled', () => {
  const act = fc.record({ ruleId: fc.constantFrom('a', 'b', 'c', 'd'), before: fc.constantFrom('a', 'b', undefined) })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 8 }), (acts) => {
      let rules = fresh
      const expected = new Set<string>()
      for (const { ruleId, before } of acts) {
        const beforeText = JSON.stringify(rules)
        const known = before === undefined || (expected.has(before) && before !== ruleId)
        if (!known) {
          refuses('M_UNKNOWN', () => add(rules, ruleId, { before }))
          continue
        }
        const next = add(rules, ruleId, { before })
        assert.equal(JSON.stringify(rules), beforeText)
        rules = next
        expected.add(ruleId)
        if (before !== undefined) assert.equal(order(rules).indexOf(ruleId) + 1, order(rules).indexOf(before))
      }
      assert.deepEqual(order(rules).toSorted(), [...expected].toSorted())
    }),
  )
})
