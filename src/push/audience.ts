// Whom the events of a room may notify: our users in it, with what they want and whom they ignore.
// spec: client-server-api/modules/push.md #receiving-notifications; modules/ignore_users.md

import type { Accounts } from '#accounts/accounts.ts'
import type { Clock } from '#platform/clock/clock.ts'
import { BoundedCache } from '#platform/limits/limits.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { PushRules, RulesInUse } from './push-rules.ts'

export interface Audience {
  /** Our joined users. */
  readonly users: readonly UserId[]
  /** Those among them with rules of their own; all others share the predefined ones. */
  readonly withOwnRules: ReadonlyMap<UserId, RulesInUse>
  /** Those among them who ignore anybody, and whom. */
  readonly ignoring: ReadonlyMap<UserId, ReadonlySet<UserId>>
}

export interface AudienceParts {
  readonly clock: Clock
  readonly rooms: Pick<Rooms, 'localMembersOf'>
  readonly accounts: Pick<Accounts, 'ignoredUsersOfMany'>
  readonly rules: PushRules
}

/** Members over all rooms in memory: some 10 MB. */
const MEMBERS_IN_MEMORY = 500_000
/** A membership that went without an event (a state reset) is noticed after this at the latest. */
const MAX_AGE = 60_000

export class Audiences {
  readonly #parts: AudienceParts
  readonly #members: BoundedCache<number, readonly UserId[]>

  constructor(parts: AudienceParts) {
    this.#parts = parts
    this.#members = new BoundedCache<number, readonly UserId[]>({
      capacity: MEMBERS_IN_MEMORY,
      weigh: (users) => users.length + 1,
      age: { maxAge: MAX_AGE, clock: parts.clock },
    })
  }

  /** At most three queries, and none for a room that was asked for lately. */
  async of(roomNid: number): Promise<Audience> {
    const users = await this.#usersIn(roomNid)
    const withOwnRules = new Map<UserId, RulesInUse>()
    for (const [userId, rules] of await this.#parts.rules.load(users)) if (rules) withOwnRules.set(userId, rules)
    return { users, withOwnRules, ignoring: await this.#parts.accounts.ignoredUsersOfMany(users) }
  }

  /** Somebody of ours came or went. */
  changed(roomNid: number): void {
    this.#members.delete(roomNid)
  }

  async #usersIn(roomNid: number): Promise<readonly UserId[]> {
    const known = this.#members.get(roomNid)
    if (known !== undefined) return known
    const members = await this.#parts.rooms.localMembersOf(roomNid)
    const users = members.flatMap(({ userId, membership }) => (membership === 'join' ? [userId] : []))
    this.#members.set(roomNid, users)
    return users
  }
}
