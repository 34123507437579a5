// What a user has changed about their rules, and the whole ruleset that follows from it. Stored per user; the predefined rules
// are not, so that a release that changes them reaches everyone.
// spec: client-server-api/modules/push.md #predefined-rules

import { findRule, masterRuleId, type PredefinedOptions, predefinedRules } from './predefined-rules.ts'
import type { PushAction, PushRule, Ruleset } from './rule-types.ts'

/** A user's own choice about one predefined rule. */
export interface PredefinedChange {
  readonly enabled?: boolean
  readonly actions?: readonly PushAction[]
}

export interface UserRules {
  readonly userId: string
  /** The rules the user made, most important first. */
  readonly own: Ruleset
  /** By rule ID: those of predefined rules are unique across kinds. */
  readonly changed: { readonly [ruleId: string]: PredefinedChange }
  readonly options: PredefinedOptions
}

const noRules: Ruleset = { override: [], content: [], room: [], sender: [], underride: [] }

/** The rules of a user who has changed nothing. */
export const untouchedRules = (userId: string, options: PredefinedOptions = {}): UserRules => ({
  userId,
  own: noRules,
  changed: {},
  options,
})

/** All rules, as clients see them and events are checked: the master rule, the user's own, then the predefined. */
export function rulesetOf({ userId, own, changed, options }: UserRules): Ruleset {
  const predefined = predefinedRules(userId, options)
  const withChange = (rule: PushRule): PushRule =>
    Object.hasOwn(changed, rule.rule_id) ? { ...rule, ...changed[rule.rule_id] } : rule
  const master = findRule(predefined, 'override', masterRuleId)
  const belowMaster = predefined.override.filter((rule) => rule !== master)
  return {
    override: [...(master ? [withChange(master)] : []), ...own.override, ...belowMaster.map(withChange)],
    content: own.content,
    room: own.room,
    sender: own.sender,
    underride: [...own.underride, ...predefined.underride.map(withChange)],
  }
}
