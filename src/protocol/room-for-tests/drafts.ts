// Events as a test names them: who does what to whom. Identifiers, auth events and times are added by the room.
// spec: client-server-api #room-events

import type { JsonObject } from '#protocol/json/json.ts'

export const alice = '@alice:alfa.example'
export const anna = '@anna:alfa.example'
export const bob = '@bob:beta.example'
export const charlie = '@charlie:gamma.example'
export const mallory = '@mallory:evil.example'

export interface TestDraft {
  readonly type: string
  /** Absent: a message event. */
  readonly stateKey?: string
  readonly sender: string
  readonly content: JsonObject
  /** Milliseconds; otherwise a second after the event before. */
  readonly at?: number
  readonly eventId?: string
  readonly redacts?: string
  readonly depth?: number
  readonly prevEvents?: readonly string[]
  /** Instead of the auth events that the selection gives. */
  readonly authEvents?: readonly string[]
}

export const member = (sender: string, target: string, membership: string, more: JsonObject = {}): TestDraft => ({
  type: 'm.room.member',
  stateKey: target,
  sender,
  content: { membership, ...more },
})
export const join = (user: string, more?: JsonObject) => member(user, user, 'join', more)
export const leave = (user: string) => member(user, user, 'leave')
export const knock = (user: string) => member(user, user, 'knock')
export const invite = (sender: string, target: string, more?: JsonObject) => member(sender, target, 'invite', more)
export const kick = (sender: string, target: string) => member(sender, target, 'leave')
export const ban = (sender: string, target: string) => member(sender, target, 'ban')

export const state = (sender: string, type: string, content: JsonObject, stateKey = ''): TestDraft => ({
  type,
  stateKey,
  sender,
  content,
})
export const powerLevels = (sender: string, content: JsonObject) => state(sender, 'm.room.power_levels', content)
export const joinRule = (sender: string, rule: string) => state(sender, 'm.room.join_rules', { join_rule: rule })
export const topic = (sender: string, text: string) => state(sender, 'm.room.topic', { topic: text })
export const message = (sender: string): TestDraft => ({
  type: 'm.room.message',
  sender,
  content: { msgtype: 'm.text', body: 'hej' },
})
