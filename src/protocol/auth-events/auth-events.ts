// Which events of the room state must stand behind an event: the auth events selection. Face of the folder.
// spec: server-server-api #auth-events-selection; rooms/v12 (m.room.create is never selected)

import { type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'

/** What the selection looks at: an event, or the draft of one. */
export interface AuthEventsSubject {
  readonly type: string
  readonly stateKey: string | undefined
  readonly sender: string
  readonly content: JsonObject
}

export interface StateKeyPair {
  readonly type: string
  readonly stateKey: string
}

const createKey: StateKeyPair = Object.freeze({ type: 'm.room.create', stateKey: '' })
const powerLevelsKey: StateKeyPair = Object.freeze({ type: 'm.room.power_levels', stateKey: '' })
const joinRulesKey: StateKeyPair = Object.freeze({ type: 'm.room.join_rules', stateKey: '' })

/**
 * The (type, state key) pairs whose events in the room state are the auth events of an event, each pair once.
 *
 * Used to build events, to check the auth events that others chose, and to know which state a check needs. At most seven pairs.
 * A pair without an event in the state is left out by the builder.
 */
export function authEventKeys(subject: AuthEventsSubject, version: RoomVersion): readonly StateKeyPair[] {
  if (subject.type === 'm.room.create') return []
  const keys: StateKeyPair[] = version.roomIdIsCreateHash ? [] : [createKey]
  keys.push(powerLevelsKey, memberKey(subject.sender))
  if (subject.type === 'm.room.member') addMembershipKeys(keys, subject, version)
  return keys
}

/** Is the pair one of those that `authEventKeys` gives? */
export function isAuthEventKey(keys: readonly StateKeyPair[], type: string, stateKey: string | undefined): boolean {
  return keys.some((key) => key.type === type && key.stateKey === stateKey)
}

function addMembershipKeys(keys: StateKeyPair[], subject: AuthEventsSubject, version: RoomVersion): void {
  const { content, stateKey } = subject
  const membership = stringAt(content, 'membership')
  if (stateKey !== undefined) addMember(keys, stateKey)
  if (membership === 'join' || membership === 'invite' || membership === 'knock') keys.push(joinRulesKey)
  if (membership === 'invite') {
    const token = thirdPartyInviteToken(content)
    if (token !== undefined) keys.push({ type: 'm.room.third_party_invite', stateKey: token })
  }
  if (membership === 'join' && version.restrictedJoin) {
    const authorisingUser = stringAt(content, 'join_authorised_via_users_server')
    if (authorisingUser !== undefined) addMember(keys, authorisingUser)
  }
}

/** The token of `content.third_party_invite.signed`, if there is one. */
export function thirdPartyInviteToken(content: JsonObject): string | undefined {
  const invite = objectAt(content, 'third_party_invite')
  const signed = invite && objectAt(invite, 'signed')
  return signed && stringAt(signed, 'token')
}

function memberKey(user: string): StateKeyPair {
  return { type: 'm.room.member', stateKey: user }
}

function addMember(keys: StateKeyPair[], user: string): void {
  if (!isAuthEventKey(keys, 'm.room.member', user)) keys.push(memberKey(user))
}
