// Users' push rules: stored as changes to the predefined ones, kept compiled in memory. Each change is a fact of kind `account-data`
// with type `m.push_rules`, which is how clients learn of it.
// spec: client-server-api/modules/push.md #push-rules

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { BoundedCache, FairSemaphore, Overloaded } from '#platform/limits/limits.ts'
import { holds, type Position, StaleAct, type Stream, write } from '#platform/stream/stream.ts'
import { limitExceeded } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import {
  type CompiledRuleset,
  carryRules,
  compileRuleset,
  type PredefinedOptions,
  type Ruleset,
  rulesetOf,
  type UserRules,
  untouchedRules,
} from '#protocol/push-rules/push-rules.ts'
import {
  enterPushRules,
  type PushRulesRow,
  pushRulesTurn,
  selectPushRules,
  storePushRules,
} from './store/push-rules.ts'

export interface PushRulesParts {
  readonly database: Database
  readonly stream: Stream
  readonly clock: Clock
  readonly predefined: PredefinedOptions
}

/** Rules of a user as they are evaluated. */
export interface RulesInUse {
  readonly compiled: CompiledRuleset
  /** A rule asks for the user's display name in the room. */
  readonly asksForDisplayName: boolean
}

interface Known {
  readonly rules: UserRules
  /** 0: never changed. */
  readonly position: Position
  inUse: RulesInUse | undefined
}

/** Weight of the cache in rules: some 1 KB each compiled, so 60 MB at worst; users without changes weigh one. */
const CAPACITY = 60_000
/** Another process's change is known here after this at the latest. */
const MAX_AGE = 60_000
/** Tries against another process that changes the same user's rules. */
const MAX_TRIES = 5
const TYPE = 'm.push_rules'

export class PushRules {
  readonly #parts: PushRulesParts
  readonly #known: BoundedCache<UserId, Known>
  // One change at a time for each user; a hundred waiting is a client gone wild.
  readonly #turns = new FairSemaphore({ places: 64, placesPerKey: 1, waitingPerKey: 100, waiting: 5_000 })
  readonly #stop: () => void
  #epoch = 0

  constructor(parts: PushRulesParts) {
    this.#parts = parts
    this.#known = new BoundedCache<UserId, Known>({
      capacity: CAPACITY,
      weigh,
      age: { maxAge: MAX_AGE, clock: parts.clock },
    })
    this.#stop = parts.stream.onCommit((facts) => {
      for (const { kind, user, payload } of facts) {
        if (kind === 'account-data' && user !== undefined && isOfRules(payload)) this.#forget(user as UserId)
      }
    })
  }

  /** All rules of a user, most important first in each kind. */
  async get(userId: UserId): Promise<Ruleset> {
    return rulesetOf((await this.#of(userId)).rules)
  }

  /**
   * Changes a user's rules: `change` gets the present ones, and may be called again when another process was faster.
   *
   * @throws what `change` throws; 429 when too many changes wait.
   */
  async change(userId: UserId, change: (rules: UserRules) => UserRules): Promise<void> {
    try {
      await this.#turns.run(userId, () => this.#changeInTurn(userId, change))
    } catch (error) {
      if (error instanceof Overloaded) throw limitExceeded(1000)
      throw error
    }
  }

  /** Takes a user's rules for a room along to the room that replaces it. Repeatable. */
  carryOver(userId: UserId, from: RoomId, to: RoomId): Promise<void> {
    return this.change(userId, (rules) => carryRules(rules, from, to))
  }

  /**
   * The content of the account data `m.push_rules` (JSON text) when it changed in (after, upTo]; after 0 always, since everybody has
   * rules.
   */
  async accountData(userId: UserId, after: Position, upTo: Position): Promise<string | undefined> {
    const { rules, position } = await this.#of(userId)
    if (after > 0 && (position <= after || position > upTo)) return undefined
    return JSON.stringify({ global: rulesetOf(rules) })
  }

  /** Brings users' rules into memory, in one query, for `inUse`. */
  async load(userIds: Iterable<UserId>): Promise<ReadonlyMap<UserId, RulesInUse | undefined>> {
    const found = new Map<UserId, RulesInUse | undefined>()
    const missing: UserId[] = []
    for (const userId of userIds) {
      const known = this.#known.get(userId)
      if (known === undefined) missing.push(userId)
      else found.set(userId, inUseOf(known))
    }
    if (missing.length > 0) {
      for (const [userId, known] of await this.#read(missing)) found.set(userId, inUseOf(known))
    }
    return found
  }

  /** Rules of one user, compiled also when they are the predefined ones. */
  async compiled(userId: UserId): Promise<CompiledRuleset> {
    const known = await this.#of(userId)
    return inUseOf(known)?.compiled ?? compileRuleset(rulesetOf(known.rules), userId)
  }

  stop(): void {
    this.#stop()
  }

  async #changeInTurn(userId: UserId, change: (rules: UserRules) => UserRules): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const row = await this.#rowOf(userId)
      const changed = change(this.#rulesFrom(userId, row))
      const content = textOf(changed)
      if (content === row.content) return
      const facts = [{ kind: 'account-data', user: userId, payload: { type: TYPE } }]
      const rows = [write(storePushRules, { userId, content }, 0)]
      const guards = [holds(pushRulesTurn, { userId, revision: row.revision })]
      try {
        await this.#parts.stream.append({ facts, rows, guards })
        return
      } catch (error) {
        if (!(error instanceof StaleAct) || tries === MAX_TRIES) throw error
      }
    }
  }

  async #rowOf(userId: UserId): Promise<PushRulesRow> {
    const { database, predefined } = this.#parts
    const [row] = await database.run(selectPushRules, [userId])
    if (row !== undefined) return row
    await database.run(enterPushRules, userId, textOf(untouchedRules(userId, predefined)))
    const [entered] = await database.run(selectPushRules, [userId])
    if (entered === undefined) throw new Error('The row of push rules that was just made is gone.')
    return entered
  }

  async #of(userId: UserId): Promise<Known> {
    return this.#known.get(userId) ?? (await this.#read([userId])).get(userId) ?? this.#knownFrom(userId, undefined)
  }

  async #read(userIds: readonly UserId[]): Promise<Map<UserId, Known>> {
    const epoch = this.#epoch
    const rows = new Map<string, PushRulesRow>()
    for (const row of await this.#parts.database.run(selectPushRules, userIds)) rows.set(row.user_id, row)
    const read = new Map<UserId, Known>()
    for (const userId of userIds) {
      const known = this.#knownFrom(userId, rows.get(userId))
      read.set(userId, known)
      // Not kept when something changed meanwhile: it may have been this.
      if (epoch === this.#epoch) this.#known.set(userId, known)
    }
    return read
  }

  #knownFrom(userId: UserId, row: PushRulesRow | undefined): Known {
    return { rules: this.#rulesFrom(userId, row), position: row?.position ?? 0, inUse: undefined }
  }

  #rulesFrom(userId: UserId, row: PushRulesRow | undefined): UserRules {
    const untouched = untouchedRules(userId, this.#parts.predefined)
    if (row === undefined) return untouched
    const stored = JSON.parse(row.content) as Pick<UserRules, 'own' | 'changed'> // our own text
    return { ...untouched, own: stored.own, changed: stored.changed }
  }

  #forget(userId: UserId): void {
    this.#epoch += 1
    this.#known.delete(userId)
  }
}

const textOf = ({ own, changed }: UserRules): string => JSON.stringify({ own, changed })

const weigh = ({ rules, position }: Known): number => {
  if (position === 0) return 1
  const { override, content, room, sender, underride } = rules.own
  return 20 + override.length + content.length + room.length + sender.length + underride.length
}

/** Undefined for a user who has changed nothing: those share one ruleset. */
function inUseOf(known: Known): RulesInUse | undefined {
  if (known.position === 0) return undefined
  known.inUse ??= {
    compiled: compileRuleset(rulesetOf(known.rules), known.rules.userId as UserId),
    asksForDisplayName: asksForDisplayName(known.rules),
  }
  return known.inUse
}

function asksForDisplayName({ own }: UserRules): boolean {
  const asks = (rule: Ruleset['override'][number]) =>
    rule.conditions?.some((condition) => condition['kind'] === 'contains_display_name') === true
  return own.override.some(asks) || own.underride.some(asks)
}

const isOfRules = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && 'type' in payload && payload.type === TYPE
