// Rules that follow a person from a room to its replacement.
// spec: client-server-api/modules/room_upgrades.md #server-behaviour

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carryRules, setRule, untouchedRules } from './push-rules.ts'

const muted = { actions: [] }
const inRoom = (pattern: string) => ({ actions: [], conditions: [{ kind: 'event_match', key: 'room_id', pattern }] })

test('rules that name the old room get their like for the new one, other rules none', () => {
  let rules = untouchedRules('@anna:alfa.example')
  rules = setRule(rules, { kind: 'room', ruleId: '!old:alfa.example', body: muted })
  rules = setRule(rules, { kind: 'room', ruleId: '!other:alfa.example', body: muted })
  rules = setRule(rules, { kind: 'override', ruleId: 'tyst', body: inRoom('!old:alfa.example') })
  const carried = carryRules(rules, '!old:alfa.example', '!new:alfa.example')
  const names = (kind: 'room' | 'override') => carried.own[kind].map(({ rule_id }) => rule_id)
  assert.deepEqual(names('room'), ['!other:alfa.example', '!old:alfa.example', '!new:alfa.example'])
  assert.deepEqual(names('override'), ['tyst', 'tyst !new:alfa.example'])
  assert.deepEqual(carried.own.override[1]?.conditions, inRoom('!new:alfa.example').conditions)
})

test('carried twice they are there once, and what was set for the new room stays', () => {
  let rules = untouchedRules('@anna:alfa.example')
  rules = setRule(rules, { kind: 'room', ruleId: '!old:alfa.example', body: muted })
  rules = setRule(rules, { kind: 'override', ruleId: 'tyst', body: inRoom('!old:alfa.example') })
  const once = carryRules(rules, '!old:alfa.example', '!new:alfa.example')
  assert.deepEqual(carryRules(once, '!old:alfa.example', '!new:alfa.example'), once)
  const loud = setRule(rules, { kind: 'room', ruleId: '!new:alfa.example', body: { actions: ['notify'] } })
  const carried = carryRules(loud, '!old:alfa.example', '!new:alfa.example')
  assert.deepEqual(carried.own.room, loud.own.room)
})
