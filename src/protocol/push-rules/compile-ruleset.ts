// A user's rules, compiled once and asked for every event in the user's rooms.
// spec: client-server-api/modules/push.md #push-rules

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import { isObject } from '#protocol/json/json.ts'
import { type Check, compileBodyMatch, compileCondition, type RuleContext } from './conditions.ts'
import type { EventForRules } from './event-for-rules.ts'
import type { PushAction, PushRule, RuleKind, Ruleset } from './rule-types.ts'

/** What the first matching rule says. Frozen and shared: the same object for every event that the rule matches. */
export interface PushVerdict {
  readonly kind: RuleKind
  readonly ruleId: string
  /** The rule's actions, without those of the past (`dont_notify`, `coalesce`). */
  readonly actions: readonly PushAction[]
  readonly notify: boolean
  readonly highlight: boolean
  /** For the push gateway. `highlight` is always a boolean here if it is present. */
  readonly tweaks: { readonly [name: string]: Json }
}

interface Step {
  readonly checks: readonly Check[]
  readonly verdict: PushVerdict
}

/** Rules ready to be asked. Room and sender rules are looked up, so that a thousand muted rooms cost nothing. */
export interface CompiledRuleset {
  readonly owner: UserId
  readonly override: readonly Step[]
  readonly content: readonly Step[]
  readonly room: ReadonlyMap<string, PushVerdict>
  readonly sender: ReadonlyMap<string, PushVerdict>
  readonly underride: readonly Step[]
}

/** Compiles the enabled rules of `owner`. Rules that can never match (unknown or incomplete conditions) are left out. */
export function compileRuleset(ruleset: Ruleset, owner: UserId): CompiledRuleset {
  return {
    owner,
    override: compileSteps(ruleset, 'override'),
    content: compileSteps(ruleset, 'content'),
    room: compileNamed(ruleset, 'room'),
    sender: compileNamed(ruleset, 'sender'),
    underride: compileSteps(ruleset, 'underride'),
  }
}

/**
 * The verdict of the most important rule that matches, or undefined: no rule matches, or the event is the owner's own, for which
 * nobody is notified. Synchronous, without allocation apart from lower-casing the values that patterns look at.
 */
export function evaluate(rules: CompiledRuleset, event: EventForRules, context: RuleContext): PushVerdict | undefined {
  const { sender, roomId } = event.event
  if (sender === rules.owner) return undefined
  return (
    firstMatch(rules.override, event, context) ??
    firstMatch(rules.content, event, context) ??
    rules.room.get(roomId) ??
    rules.sender.get(sender) ??
    firstMatch(rules.underride, event, context)
  )
}

function firstMatch(steps: readonly Step[], event: EventForRules, context: RuleContext): PushVerdict | undefined {
  for (const { checks, verdict } of steps) {
    if (holdAll(checks, event, context)) return verdict
  }
  return undefined
}

function holdAll(checks: readonly Check[], event: EventForRules, context: RuleContext): boolean {
  for (const check of checks) {
    if (!check(event, context)) return false
  }
  return true
}

function compileSteps(ruleset: Ruleset, kind: RuleKind): Step[] {
  const steps: Step[] = []
  for (const rule of ruleset[kind]) {
    const checks = rule.enabled ? checksOf(kind, rule) : undefined
    if (checks !== undefined) steps.push({ checks, verdict: verdictOf(kind, rule) })
  }
  return steps
}

function checksOf(kind: RuleKind, rule: PushRule): readonly Check[] | undefined {
  if (kind === 'content') return rule.pattern === undefined ? undefined : [compileBodyMatch(rule.pattern)]
  const checks: Check[] = []
  for (const condition of rule.conditions ?? []) {
    const check = compileCondition(condition)
    if (check === undefined) return undefined
    checks.push(check)
  }
  return checks
}

function compileNamed(ruleset: Ruleset, kind: 'room' | 'sender'): ReadonlyMap<string, PushVerdict> {
  const verdicts = new Map<string, PushVerdict>()
  for (const rule of ruleset[kind]) {
    if (rule.enabled && !verdicts.has(rule.rule_id)) verdicts.set(rule.rule_id, verdictOf(kind, rule))
  }
  return verdicts
}

function verdictOf(kind: RuleKind, rule: PushRule): PushVerdict {
  const actions = withoutHistoricalActions(rule.actions)
  const tweaks = tweaksOf(actions)
  return Object.freeze({
    kind,
    ruleId: rule.rule_id,
    actions,
    notify: actions.includes('notify'),
    highlight: tweaks['highlight'] === true,
    tweaks,
  })
}

/** Actions of the past mean nothing and are stripped wherever they are met. */
export const withoutHistoricalActions = (actions: readonly PushAction[]): readonly PushAction[] =>
  actions.filter((action) => action !== 'dont_notify' && action !== 'coalesce')

function tweaksOf(actions: readonly PushAction[]): { readonly [name: string]: Json } {
  const tweaks = new Map<string, Json>()
  for (const action of actions) {
    if (!isObject(action) || typeof action['set_tweak'] !== 'string') continue
    const name = action['set_tweak']
    const value = Object.hasOwn(action, 'value') ? action['value'] : undefined
    if (name === 'highlight')
      tweaks.set(name, value !== false) // without a value: true
    else if (value !== undefined) tweaks.set(name, value)
  }
  return Object.fromEntries(tweaks) // defines members, so that a tweak named `__proto__` stays a member
}
