// Which members survive a redaction, by room version.
// spec: rooms/v1, v6, v8, v9, v11 #redactions

import type { RedactionRules } from './room-version.ts'

const topLevelV1 = [
  'event_id',
  'type',
  'room_id',
  'sender',
  'state_key',
  'content',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'prev_state',
  'auth_events',
  'origin',
  'origin_server_ts',
  'membership',
]

const powerLevelsV1 = [
  'ban',
  'events',
  'events_default',
  'kick',
  'redact',
  'state_default',
  'users',
  'users_default',
] as const

const contentV6: RedactionRules['content'] = {
  'm.room.member': ['membership'],
  'm.room.create': ['creator'],
  'm.room.join_rules': ['join_rule'],
  'm.room.power_levels': powerLevelsV1,
  'm.room.history_visibility': ['history_visibility'],
}

export const redactionV1: RedactionRules = {
  topLevel: topLevelV1,
  content: { ...contentV6, 'm.room.aliases': ['aliases'] },
}

/** Since v6: aliases mean nothing to the rules. */
export const redactionV6: RedactionRules = { topLevel: topLevelV1, content: contentV6 }

/** Since v8: the conditions of restricted rooms survive. */
export const redactionV8: RedactionRules = {
  ...redactionV6,
  content: { ...redactionV6.content, 'm.room.join_rules': ['join_rule', 'allow'] },
}

/** Since v9: so does the user who vouched for a restricted join. */
export const redactionV9: RedactionRules = {
  ...redactionV8,
  content: { ...redactionV8.content, 'm.room.member': ['membership', 'join_authorised_via_users_server'] },
}

/** Since v11: leftovers of early versions go, what the rules need stays. */
export const redactionV11: RedactionRules = {
  topLevel: topLevelV1.filter((name) => name !== 'origin' && name !== 'membership' && name !== 'prev_state'),
  content: {
    ...redactionV9.content,
    'm.room.member': ['membership', 'join_authorised_via_users_server', 'third_party_invite.signed'],
    'm.room.create': '*',
    'm.room.power_levels': [...powerLevelsV1, 'invite'],
    'm.room.redaction': ['redacts'],
  },
}
