// Changes that a user makes to their rules. Each gives new rules and leaves the old as they were.
// spec: client-server-api, /_matrix/client/v3/pushrules/

import { invalidParam, notFound, unknown } from '#protocol/errors/errors.ts'
import { isObject, type Json, member } from '#protocol/json/json.ts'
import { findRule } from './predefined-rules.ts'
import { checkRuleId, readActions, readRuleBody } from './rule-body.ts'
import type { PushAction, PushRule, RuleKind, Ruleset } from './rule-types.ts'
import { rulesetOf, type UserRules } from './user-rules.ts'

/** Own rules of one kind: a muted room each, for a user in very many rooms. They are all read and sent whole. */
const maxOwnRules = 2000

export interface RuleChange {
  readonly kind: RuleKind
  readonly ruleId: string
  readonly body: Json
  /** Place it right above this rule of the user. Wins over `after`. */
  readonly before?: string
  /** Place it right below this rule of the user. */
  readonly after?: string
}

/**
 * Makes a rule or changes one. A new one is enabled and stands first among the user's own of its kind, unless `before` or
 * `after` says where; a changed one keeps its place and stays enabled or disabled.
 *
 * @throws `M_INVALID_PARAM`, `M_BAD_JSON`, `M_MISSING_PARAM` for the ID or the body; `M_UNKNOWN` for an unknown neighbour
 */
export function setRule(rules: UserRules, change: RuleChange): UserRules {
  const { kind, ruleId } = change
  checkRuleId(ruleId)
  const former = findRule(rules.own, kind, ruleId)
  const others = rules.own[kind].filter((each) => each !== former)
  if (others.length >= maxOwnRules) throw invalidParam(`You have ${maxOwnRules} rules of this kind. Delete one first.`)
  const body = readRuleBody(kind, change.body)
  const rule: PushRule = { rule_id: ruleId, default: false, enabled: former?.enabled ?? true, ...body }
  const place = placeOf(others, change) ?? (former === undefined ? 0 : rules.own[kind].indexOf(former))
  return withOwn(rules, kind, others.toSpliced(place, 0, rule))
}

function placeOf(others: readonly PushRule[], { before, after }: RuleChange): number | undefined {
  // Both are checked even where one decides, so that a mistake in either is told.
  const above = after === undefined ? undefined : indexOfNeighbour(others, after) + 1
  return before === undefined ? above : indexOfNeighbour(others, before)
}

function indexOfNeighbour(others: readonly PushRule[], ruleId: string): number {
  if (ruleId.startsWith('.')) {
    throw unknown('Rules cannot be placed beside a predefined rule. Name one of your own in before or after.')
  }
  const index = others.findIndex((each) => each.rule_id === ruleId)
  if (index === -1)
    throw unknown('The rule named in before or after was not found among your other rules of this kind.')
  return index
}

/** Deletes a rule of the user. @throws `M_NOT_FOUND`; `M_INVALID_PARAM` for a predefined rule */
export function deleteRule(rules: UserRules, kind: RuleKind, ruleId: string): UserRules {
  const rule = ruleIn(rulesetOf(rules), kind, ruleId)
  if (rule.default) throw invalidParam('Predefined rules cannot be deleted. Disable the rule instead.')
  return withOwn(
    rules,
    kind,
    rules.own[kind].filter((each) => each.rule_id !== ruleId),
  )
}

/** Enables or disables any rule, by the request body `{enabled}`. @throws `M_NOT_FOUND`, `M_INVALID_PARAM` */
export function setRuleEnabled(rules: UserRules, kind: RuleKind, ruleId: string, body: Json): UserRules {
  const enabled = isObject(body) ? member(body, 'enabled') : undefined
  if (typeof enabled !== 'boolean') throw invalidParam('`enabled` must be true or false.')
  return changeRule(rules, kind, ruleId, { enabled })
}

/** Sets the actions of any rule, by the request body `{actions}`. @throws as `readActions`; `M_NOT_FOUND` */
export function setRuleActions(rules: UserRules, kind: RuleKind, ruleId: string, body: Json): UserRules {
  const actions = readActions(isObject(body) ? member(body, 'actions') : undefined)
  return changeRule(rules, kind, ruleId, { actions })
}

/** The rule of this kind and ID. @throws `M_NOT_FOUND` */
export function ruleIn(ruleset: Ruleset, kind: RuleKind, ruleId: string): PushRule {
  const rule = findRule(ruleset, kind, ruleId)
  if (rule === undefined) throw notFound('There is no push rule of this kind and ID. List your rules to see them.')
  return rule
}

type Change = { readonly enabled: boolean } | { readonly actions: readonly PushAction[] }

function changeRule(rules: UserRules, kind: RuleKind, ruleId: string, change: Change): UserRules {
  const rule = ruleIn(rulesetOf(rules), kind, ruleId)
  if (rule.default) {
    const former = Object.hasOwn(rules.changed, ruleId) ? rules.changed[ruleId] : undefined
    return { ...rules, changed: { ...rules.changed, [ruleId]: { ...former, ...change } } }
  }
  return withOwn(
    rules,
    kind,
    rules.own[kind].map((each) => (each.rule_id === ruleId ? { ...each, ...change } : each)),
  )
}

const withOwn = (rules: UserRules, kind: RuleKind, list: readonly PushRule[]): UserRules => ({
  ...rules,
  own: { ...rules.own, [kind]: list },
})
