// Whom one event notifies. The predefined rules are asked once for all who have no others, so that a large room costs a loop, not a
// ruleset for each member.
// spec: client-server-api/modules/push.md #push-rules

import type { RoomEvent } from '#protocol/events/events.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { arrayAt, objectAt } from '#protocol/json/json.ts'
import {
  type CompiledRuleset,
  compileRuleset,
  EventForRules,
  evaluate,
  type PredefinedOptions,
  type PushVerdict,
  rulesetOf,
  untouchedRules,
} from '#protocol/push-rules/push-rules.ts'
import type { Rooms } from '#rooms/rooms.ts'
import type { Audience } from './audience.ts'
import { contextOf, displayNameIn, type EventContext } from './event-context.ts'
import type { PushRules } from './push-rules.ts'

export type RoomsToJudge = Pick<Rooms, 'head' | 'currentState'>

export interface JudgeParts {
  readonly rooms: RoomsToJudge
  readonly rules: PushRules
  readonly predefined: PredefinedOptions
}

/** Predefined rules that name their owner: they say nothing about users whom the event does not name. */
const rulesAboutTheOwner: ReadonlySet<string> = new Set(['.m.rule.invite_for_me', '.m.rule.is_user_mention'])
const nobody = '' as UserId

export class Judge {
  readonly #parts: JudgeParts
  readonly #shared: CompiledRuleset

  constructor(parts: JudgeParts) {
    this.#parts = parts
    const ruleset = rulesetOf(untouchedRules(nobody, parts.predefined))
    const override = ruleset.override.filter((rule) => !rulesAboutTheOwner.has(rule.rule_id))
    this.#shared = compileRuleset({ ...ruleset, override }, nobody)
  }

  /** Calls `tell` for each user whom the event notifies. */
  async judge(
    event: RoomEvent,
    audience: Audience,
    tell: (userId: UserId, verdict: PushVerdict) => void,
  ): Promise<void> {
    const context = await contextOf(event, this.#parts.rooms)
    const forRules = new EventForRules(event)
    const shared = evaluate(this.#shared, forRules, { ...context, displayName: undefined })
    const named = usersNamedBy(event)
    if (shared?.notify !== true && audience.withOwnRules.size === 0 && named.size === 0) return
    for (const userId of audience.users) {
      if (userId === event.sender || audience.ignoring.get(userId)?.has(event.sender)) continue
      const isShared = !audience.withOwnRules.has(userId) && !named.has(userId)
      const verdict = isShared ? shared : await this.#ownVerdict(userId, forRules, context, audience)
      if (verdict?.notify === true || verdict?.highlight === true) tell(userId, verdict)
    }
  }

  /** What one user's rules say of an event. */
  async verdictFor(userId: UserId, event: RoomEvent, audience: Audience): Promise<PushVerdict | undefined> {
    if (audience.ignoring.get(userId)?.has(event.sender)) return undefined
    const context = await contextOf(event, this.#parts.rooms)
    return await this.#ownVerdict(userId, new EventForRules(event), context, audience)
  }

  async #ownVerdict(
    userId: UserId,
    event: EventForRules,
    context: EventContext,
    audience: Audience,
  ): Promise<PushVerdict | undefined> {
    const own = audience.withOwnRules.get(userId)
    const compiled = own?.compiled ?? (await this.#parts.rules.compiled(userId))
    const asks = own?.asksForDisplayName === true
    const displayName = asks ? await displayNameIn(event.event, userId, this.#parts.rooms) : undefined
    return evaluate(compiled, event, { ...context, displayName })
  }
}

/** Users whom the rules about the owner can match. */
function usersNamedBy({ type, stateKey, content }: RoomEvent): ReadonlySet<unknown> {
  const mentions = objectAt(content, 'm.mentions')
  const named = new Set<unknown>(mentions && arrayAt(mentions, 'user_ids'))
  if (type === 'm.room.member') named.add(stateKey)
  return named
}
