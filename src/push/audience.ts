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
  readonly users: ReadonlySet<UserId>
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
  readonly #members: BoundedCache<number, Set<UserId>>

  constructor(parts: AudienceParts) {
    this.#parts = parts
    this.#members = new BoundedCache<number, Set<UserId>>({
      capacity: MEMBERS_IN_MEMORY,
      weigh: (users) => users.size + 1,
      age: { maxAge: MAX_AGE, clock: parts.clock },
    })
  }

  /** At most three queries, and none for a room that was asked for lately. */
  async of(roomNid: number): Promise<Audience> {
    const users = await this.#usersIn(roomNid)
    return { users, ...(await this.#wishesOf([...users])) }
  }

  /** One user alone, in or outside of a room. */
  async ofUser(userId: UserId): Promise<Audience> {
    return { users: new Set([userId]), ...(await this.#wishesOf([userId])) }
  }

  /** Somebody of ours came or went. Costs the same in a large room: a thousand joins must not read a thousand members each. */
  async changed(
    roomNid: number,
    userId: UserId,
    isJoined: boolean,
    audience: Audience | undefined,
  ): Promise<Audience | undefined> {
    const users = this.#members.peek(roomNid)
    if (isJoined) users?.add(userId)
    else users?.delete(userId)
    if (audience === undefined || users !== audience.users) return undefined
    if (!isJoined) return audience
    const { withOwnRules, ignoring } = await this.#wishesOf([userId])
    return {
      users,
      withOwnRules:
        withOwnRules.size === 0 ? audience.withOwnRules : new Map([...audience.withOwnRules, ...withOwnRules]),
      ignoring: ignoring.size === 0 ? audience.ignoring : new Map([...audience.ignoring, ...ignoring]),
    }
  }

  async #wishesOf(users: readonly UserId[]): Promise<Pick<Audience, 'withOwnRules' | 'ignoring'>> {
    const withOwnRules = new Map<UserId, RulesInUse>()
    for (const [userId, rules] of await this.#parts.rules.load(users)) if (rules) withOwnRules.set(userId, rules)
    return { withOwnRules, ignoring: await this.#parts.accounts.ignoredUsersOfMany(users) }
  }

  async #usersIn(roomNid: number): Promise<Set<UserId>> {
    const known = this.#members.get(roomNid)
    if (known !== undefined) return known
    const members = await this.#parts.rooms.localMembersOf(roomNid)
    const users = new Set(members.flatMap(({ userId, membership }) => (membership === 'join' ? [userId] : [])))
    this.#members.set(roomNid, users)
    return users
  }
}
