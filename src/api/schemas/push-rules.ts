// Push rules on the wire. What a condition means is judged by `#protocol/push-rules`.
// spec: client-server-api #push-rules

import { Type } from 'typebox'
import { JsonObjectSchema, oneOf } from './json.ts'

export const PushRuleKindSchema = oneOf('override', 'underride', 'sender', 'room', 'content')

/** `notify`, or an object such as `{"set_tweak": "sound", "value": "default"}`. Unknown ones are kept and ignored. */
export const PushActionsSchema = Type.Array(Type.Union([Type.String(), JsonObjectSchema]))

export const PushConditionSchema = Type.Object({
  is: Type.Optional(Type.String()),
  key: Type.Optional(Type.String()),
  kind: Type.String(),
  pattern: Type.Optional(Type.String()),
  value: Type.Optional(Type.Union([Type.String(), Type.Integer(), Type.Boolean(), Type.Null()])),
})

export const PushRuleSchema = Type.Object({
  actions: PushActionsSchema,
  conditions: Type.Optional(Type.Array(PushConditionSchema)),
  default: Type.Boolean(),
  enabled: Type.Boolean(),
  pattern: Type.Optional(Type.String()),
  rule_id: Type.String(),
})

export const PushRulesetSchema = Type.Object({
  content: Type.Optional(Type.Array(PushRuleSchema)),
  override: Type.Optional(Type.Array(PushRuleSchema)),
  room: Type.Optional(Type.Array(PushRuleSchema)),
  sender: Type.Optional(Type.Array(PushRuleSchema)),
  underride: Type.Optional(Type.Array(PushRuleSchema)),
})
