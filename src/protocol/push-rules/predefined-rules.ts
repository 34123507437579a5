// The rules that every user has until they change them.
// spec: client-server-api/modules/push.md #predefined-rules (v1.19: no rules that search the body for names); proposals/3930

import type { JsonObject } from '#protocol/json/json.ts'
import type { PushAction, PushRule, RuleKind, Ruleset } from './rule-types.ts'

/** Rules beyond the release, by name. A feature left out is off. */
export interface PredefinedOptions {
  /** Polls, under the unstable names that clients use today. */
  readonly polls?: boolean
}

const sound: PushAction = { set_tweak: 'sound', value: 'default' }
const ring: PushAction = { set_tweak: 'sound', value: 'ring' }
const highlight: PushAction = { set_tweak: 'highlight' }

const matches = (key: string, pattern: string): JsonObject => ({ kind: 'event_match', key, pattern })
const equals = (key: string, value: string | boolean): JsonObject => ({ kind: 'event_property_is', key, value })
const ofTwoMembers: JsonObject = { kind: 'room_member_count', is: '2' }

const rule = (rule_id: string, conditions: readonly JsonObject[], actions: readonly PushAction[]): PushRule => ({
  rule_id,
  default: true,
  enabled: true,
  conditions,
  actions,
})

/** The one predefined rule that stands above the user's own. */
export const masterRuleId = '.m.rule.master'

/**
 * The predefined rules of a user, as a ruleset of their own, in the specification's order. Rules about the user (invitations,
 * mentions) name `userId`. Where optional rules stand is said in their proposals: poll responses after the server ACL rule,
 * poll starts and ends after `.m.rule.encrypted`.
 */
export function predefinedRules(userId: string, options: PredefinedOptions = {}): Ruleset {
  const polls = options.polls === true
  return {
    override: overrideRules(userId).flatMap((each) =>
      polls && each === serverAclRule ? [each, pollResponse] : [each],
    ),
    content: [],
    room: [],
    sender: [],
    underride: polls ? [...underrideRules, ...pollRules] : underrideRules,
  }
}

const serverAclRule = rule(
  '.m.rule.room.server_acl',
  [matches('type', 'm.room.server_acl'), matches('state_key', '')],
  [],
)

const overrideRules = (userId: string): readonly PushRule[] => [
  { ...rule(masterRuleId, [], []), enabled: false },
  rule('.m.rule.suppress_notices', [matches('content.msgtype', 'm.notice')], []),
  rule(
    '.m.rule.invite_for_me',
    [matches('type', 'm.room.member'), matches('content.membership', 'invite'), matches('state_key', userId)],
    ['notify', sound],
  ),
  rule('.m.rule.member_event', [matches('type', 'm.room.member')], []),
  rule(
    '.m.rule.is_user_mention',
    [{ kind: 'event_property_contains', key: 'content.m\\.mentions.user_ids', value: userId }],
    ['notify', sound, highlight],
  ),
  rule(
    '.m.rule.is_room_mention',
    [equals('content.m\\.mentions.room', true), { kind: 'sender_notification_permission', key: 'room' }],
    ['notify', highlight],
  ),
  rule('.m.rule.tombstone', [matches('type', 'm.room.tombstone'), matches('state_key', '')], ['notify', highlight]),
  rule('.m.rule.reaction', [matches('type', 'm.reaction')], []),
  serverAclRule,
  rule('.m.rule.suppress_edits', [equals('content.m\\.relates_to.rel_type', 'm.replace')], []),
]

const underrideRules: readonly PushRule[] = [
  rule('.m.rule.call', [matches('type', 'm.call.invite')], ['notify', ring]),
  rule('.m.rule.encrypted_room_one_to_one', [ofTwoMembers, matches('type', 'm.room.encrypted')], ['notify', sound]),
  rule('.m.rule.room_one_to_one', [ofTwoMembers, matches('type', 'm.room.message')], ['notify', sound]),
  rule('.m.rule.message', [matches('type', 'm.room.message')], ['notify']),
  rule('.m.rule.encrypted', [matches('type', 'm.room.encrypted')], ['notify']),
]

// The proposal escapes the dots of the values, which would match no event: values are not paths. Written here as meant.
const ofPoll = (part: string): JsonObject => equals('type', `org.matrix.msc3381.poll.${part}`)
const pollRule = (name: string, conditions: readonly JsonObject[], actions: readonly PushAction[]) =>
  rule(`.org.matrix.msc3930.rule.${name}`, conditions, actions)

const pollResponse = pollRule('poll_response', [ofPoll('response')], [])

const pollRules: readonly PushRule[] = [
  pollRule('poll_start_one_to_one', [ofTwoMembers, ofPoll('start')], ['notify', sound]),
  pollRule('poll_start', [ofPoll('start')], ['notify']),
  pollRule('poll_end_one_to_one', [ofTwoMembers, ofPoll('end')], ['notify', sound]),
  pollRule('poll_end', [ofPoll('end')], ['notify']),
]

/** The rule of this kind and ID in a ruleset, undefined if there is none. */
export const findRule = (ruleset: Ruleset, kind: RuleKind, ruleId: string): PushRule | undefined =>
  ruleset[kind].find((each) => each.rule_id === ruleId)
