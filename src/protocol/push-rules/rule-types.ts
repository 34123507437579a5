// The wire shapes of push rules.
// spec: client-server-api/modules/push.md #push-rules

import type { JsonObject } from '#protocol/json/json.ts'

/** In the order in which they are checked. */
export const ruleKinds = ['override', 'content', 'room', 'sender', 'underride'] as const
export type RuleKind = (typeof ruleKinds)[number]

/** `notify`, or an object with `set_tweak`. Kept as sent: tweaks pass through the server untouched. */
export type PushAction = string | JsonObject

export interface PushRule {
  readonly rule_id: string
  readonly default: boolean
  readonly enabled: boolean
  readonly actions: readonly PushAction[]
  /** Only `override` and `underride`. None: the rule matches every event. */
  readonly conditions?: readonly JsonObject[]
  /** Only `content`. */
  readonly pattern?: string
}

/** All rules of one user, most important first within each kind. */
export type Ruleset = { readonly [Kind in RuleKind]: readonly PushRule[] }

/** Whether a path segment names a kind of rule. */
export const isRuleKind = (text: string): text is RuleKind => ruleKinds.some((kind) => kind === text)
