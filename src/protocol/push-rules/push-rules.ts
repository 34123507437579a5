// Push rules: who is notified of which event, and how. Face of the folder.
// spec: client-server-api/modules/push.md

export { carryRules } from './carry-rules.ts'
export type { CompiledRuleset, PushVerdict } from './compile-ruleset.ts'
export { compileRuleset, evaluate, withoutHistoricalActions } from './compile-ruleset.ts'
export type { RuleContext } from './conditions.ts'
export type { RuleChange } from './edit-rules.ts'
export { deleteRule, ruleIn, setRule, setRuleActions, setRuleEnabled } from './edit-rules.ts'
export { EventForRules } from './event-for-rules.ts'
export type { PredefinedOptions } from './predefined-rules.ts'
export { predefinedRules } from './predefined-rules.ts'
export type { PushAction, PushRule, RuleKind, Ruleset } from './rule-types.ts'
export { isRuleKind, ruleKinds } from './rule-types.ts'
export type { PredefinedChange, UserRules } from './user-rules.ts'
export { rulesetOf, untouchedRules } from './user-rules.ts'
