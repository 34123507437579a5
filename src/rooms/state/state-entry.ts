// What a state says of one key, and how two states differ in it.
// spec: docs/architecture.md, decision 3; client-server-api #room-membership

/** What a state entry says: the event's number, and for m.room.member its membership, so that nobody reads an event to know it. */
export interface StateEntry {
  readonly type: string
  readonly stateKey: string
  readonly eventNid: number
  readonly membership: MembershipCode
}

/** 0: not a membership event. */
export type MembershipCode = 0 | 1 | 2 | 3 | 4 | 5
export const membershipCodes = { join: 1, invite: 2, leave: 3, ban: 4, knock: 5 } as const
export type Membership = keyof typeof membershipCodes
const membershipNames: readonly (Membership | undefined)[] = [undefined, 'join', 'invite', 'leave', 'ban', 'knock']
export const membershipOfCode = (code: MembershipCode): Membership | undefined => membershipNames[code]
export const isMembership = (value: unknown): value is Membership =>
  typeof value === 'string' && Object.hasOwn(membershipCodes, value)

export interface StateChange {
  readonly before: StateEntry | undefined
  readonly after: StateEntry | undefined
}
