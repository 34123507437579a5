// A user's rules for a room, taken along to the room that replaces it.
// spec: client-server-api/modules/room_upgrades.md #server-behaviour; modules/push.md #push-rules

import type { JsonObject } from '#protocol/json/json.ts'
import type { PushRule } from './rule-types.ts'
import type { UserRules } from './user-rules.ts'

/** Kinds whose rules may name a room: by their ID, or by a condition. */
const kinds = ['override', 'room', 'underride'] as const

/** Each rule for `from` has its like for `to` right below it; a rule of that name that is there already stays as it is. */
export function carryRules(rules: UserRules, from: string, to: string): UserRules {
  const carried = (list: readonly PushRule[]): readonly PushRule[] => {
    const names = new Set(list.map(({ rule_id }) => rule_id))
    return list.flatMap((rule) => {
      const like = ruleFor(rule, from, to)
      return like === undefined || names.has(like.rule_id) ? [rule] : [rule, like]
    })
  }
  const own = Object.fromEntries(kinds.map((kind) => [kind, carried(rules.own[kind])]))
  return { ...rules, own: { ...rules.own, ...own } }
}

/** Undefined: the rule is not about the room. */
function ruleFor(rule: PushRule, from: string, to: string): PushRule | undefined {
  const conditions = rule.conditions?.map((condition) =>
    isRoom(condition, from) ? { ...condition, pattern: to } : condition,
  )
  const isNamed = rule.rule_id === from
  if (!isNamed && !rule.conditions?.some((condition) => isRoom(condition, from))) return undefined
  const ruleId = isNamed ? to : `${rule.rule_id} ${to}`
  return { ...rule, rule_id: ruleId, ...(conditions && { conditions }) }
}

const isRoom = ({ kind, key, pattern }: JsonObject, roomId: string): boolean =>
  kind === 'event_match' && key === 'room_id' && pattern === roomId
