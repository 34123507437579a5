// Evaluation of push rules against the vectors, the order of kinds, and totality.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EventParts, eventOf } from '#protocol/event-for-tests/event-for-tests.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import evaluationVectors from '../../../vectors/push-rules/evaluation.json' with { type: 'json' }
import predefinedVectors from '../../../vectors/push-rules/predefined.json' with { type: 'json' }
import {
  compileRuleset,
  EventForRules,
  evaluate,
  type PushRule,
  predefinedRules,
  type RuleContext,
  type Ruleset,
} from './push-rules.ts'

const bob = '@bob:example.org' as UserId
const context: RuleContext = { memberCount: 3, displayName: 'Bob', senderLevel: 0, notificationLevels: {} }
const none: Ruleset = { override: [], content: [], room: [], sender: [], underride: [] }
const rule = (rule_id: string, more: Partial<PushRule> = {}): PushRule => ({
  rule_id,
  default: false,
  enabled: true,
  actions: ['notify'],
  ...more,
})
const verdict = (ruleset: Ruleset, event: EventParts, more: Partial<RuleContext> = {}) =>
  evaluate(compileRuleset(ruleset, bob), new EventForRules(eventOf(event)), { ...context, ...more })

interface ConditionCase {
  readonly name: string
  readonly spec: string
  readonly condition: JsonObject
  readonly matches: readonly EventParts[]
  readonly fails: readonly EventParts[]
  readonly context?: Partial<RuleContext>
}

for (const each of evaluationVectors.cases as unknown as readonly ConditionCase[]) {
  test(`condition: ${each.name}`, () => {
    const ruleset = { ...none, override: [rule('a', { conditions: [each.condition] })] }
    for (const event of each.matches) assert.equal(verdict(ruleset, event, each.context)?.ruleId, 'a')
    for (const event of each.fails) assert.equal(verdict(ruleset, event, each.context), undefined)
    assert.ok(each.matches.length + each.fails.length > 0)
  })
}

interface PredefinedCase {
  readonly name: string
  readonly event: EventParts
  readonly context?: Partial<RuleContext>
  readonly polls?: boolean
  readonly rule: string | null
  readonly notify?: boolean
  readonly highlight?: boolean
  readonly sound?: string
}

for (const each of predefinedVectors.cases as unknown as readonly PredefinedCase[]) {
  test(`predefined: ${each.name}`, () => {
    const found = verdict(predefinedRules(bob, { polls: each.polls === true }), each.event, each.context)
    if (each.rule === null) return assert.equal(found, undefined)
    assert.deepEqual(
      [found?.ruleId, found?.notify, found?.highlight, found?.tweaks['sound']],
      [each.rule, each.notify, each.highlight, each.sound],
    )
  })
}

test('kinds are asked in the order override, content, room, sender, underride, and the first of a kind wins', () => {
  const all: Ruleset = {
    override: [rule('o1'), rule('o2')],
    content: [rule('c', { pattern: 'hello' })],
    room: [rule('!room:example.org')],
    sender: [rule('@alice:example.org')],
    underride: [rule('u')],
  }
  const order: (string | undefined)[] = []
  let left = all
  for (const kind of ['override', 'content', 'room', 'sender', 'underride'] as const) {
    order.push(verdict(left, {})?.ruleId)
    left = { ...left, [kind]: [] }
  }
  assert.deepEqual(order, ['o1', 'c', '!room:example.org', '@alice:example.org', 'u'])
})

test('a disabled rule never matches', () => {
  assert.equal(verdict({ ...none, room: [rule('!room:example.org', { enabled: false })] }, {}), undefined)
})

test('dont_notify and coalesce are as if they were not there', () => {
  const found = verdict({ ...none, override: [rule('a', { actions: ['dont_notify', 'coalesce'] })] }, {})
  assert.deepEqual([found?.notify, found?.actions], [false, []])
})

test('a highlight without a value is true, and false is false', () => {
  const highlight = (action: JsonObject) =>
    verdict({ ...none, override: [rule('a', { actions: [action] })] }, {})?.highlight
  assert.equal(highlight({ set_tweak: 'highlight' }), true)
  assert.equal(highlight({ set_tweak: 'highlight', value: false }), false)
})

test('no rule and no event makes evaluation throw', () => {
  const key = fc.constantFrom('content.body', 'type', 'content.a\\.b', '', '.', 'content.__proto__', 'state_key')
  const condition = fc.record(
    {
      kind: fc.constantFrom(
        'event_match',
        'event_property_is',
        'event_property_contains',
        'room_member_count',
        'toString',
      ),
      key: fc.oneof(key, fc.jsonValue()),
      pattern: fc.oneof(fc.string(), fc.jsonValue()),
      value: fc.jsonValue(),
      is: fc.oneof(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: ['kind'] },
  )
  fc.assert(
    fc.property(
      fc.array(condition, { maxLength: 3 }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (conditions, content) => {
        const ruleset = {
          ...none,
          override: [rule('a', { conditions: conditions as unknown as readonly JsonObject[] })],
        }
        const found = verdict(ruleset, { content: content as { [key: string]: Json } })
        assert.ok(found === undefined || found.ruleId === 'a')
      },
    ),
    { numRuns: 300 },
  )
})
