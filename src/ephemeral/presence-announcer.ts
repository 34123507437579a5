// Announces presence: what changed becomes a fact, at once and only once.
// spec: client-server-api/modules/presence.md; server-server-api #presence

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { type Stream, write } from '#platform/stream/stream.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { LocalPresence } from './local-presence.ts'
import { looksSame, type PresenceState } from './presence-state.ts'
import { type PresenceWrite, upsertPresence } from './store/presence.ts'

/** Other servers take users for gone after half an hour of silence, as we do: hence a word a little before. */
const SAY_AGAIN_AFTER: Milliseconds = 25 * 60_000
/** Facts of one act. */
const MAX_PER_ACT = 500

interface Announced {
  readonly state: PresenceState
  readonly at: Milliseconds
}

export class PresenceAnnouncer {
  readonly #parts: { readonly serverName: ServerName; readonly stream: Stream; readonly clock: Clock }
  /** What was last said of our users who are there. */
  readonly #announced = new Map<UserId, Announced>()

  constructor(parts: { readonly serverName: ServerName; readonly stream: Stream; readonly clock: Clock }) {
    this.#parts = parts
  }

  /** What was said before a restart, or before the user was last here; what was said since stands. */
  remember(state: PresenceState, at: Milliseconds): void {
    if (!this.#announced.has(state.userId)) this.#announced.set(state.userId, { state, at })
  }

  /** Forgets a user of whom it was said that they are gone. False: it was not said yet. */
  forget(userId: UserId): boolean {
    return this.#announced.get(userId)?.state.presence === 'offline' && this.#announced.delete(userId)
  }

  /** Says what changed about our users, and again what was last said long ago. */
  async announceChanged(locals: readonly LocalPresence[]): Promise<void> {
    const now = this.#parts.clock.now()
    const news: PresenceState[] = []
    for (const local of locals) {
      const state = local.at(now)
      const before = this.#announced.get(local.userId)
      const isNews = before === undefined ? !isNothing(state) : !looksSame(before.state, state)
      const isOld = before !== undefined && state.presence !== 'offline' && now - before.at >= SAY_AGAIN_AFTER
      if (isNews || isOld) news.push(state)
      else if (before === undefined) this.#announced.set(local.userId, { state, at: now })
    }
    await this.announce(news)
  }

  /** Says it. Rejects when it could not be stored; it is then news again. */
  async announce(states: readonly PresenceState[]): Promise<void> {
    const { stream, serverName, clock } = this.#parts
    const at = clock.now()
    for (let start = 0; start < states.length; start += MAX_PER_ACT) {
      const some = states.slice(start, start + MAX_PER_ACT)
      const before = some.map(({ userId }) => this.#announced.get(userId))
      const isLocal = (userId: UserId) => serverNameOf(userId) === serverName
      // Noted first, so that a second look meanwhile does not say it again; taken back when it could not be stored.
      for (const state of some) if (isLocal(state.userId)) this.#announced.set(state.userId, { state, at })
      const rows = some.map((state, index) => write(upsertPresence, rowOf(state, at, isLocal(state.userId)), index))
      const facts = some.map((state) => ({ kind: 'presence', user: state.userId, payload: state }))
      try {
        await stream.append({ facts, rows })
      } catch (error) {
        for (const [index, { userId }] of some.entries()) this.#takeBack(userId, before[index])
        throw error
      }
    }
  }

  #takeBack(userId: UserId, before: Announced | undefined): void {
    if (before === undefined) this.#announced.delete(userId)
    else this.#announced.set(userId, before)
  }
}

const rowOf = (state: PresenceState, updatedTs: Milliseconds, local: boolean): PresenceWrite => ({
  userId: state.userId,
  presence: state.presence,
  statusMsg: state.statusMsg ?? null,
  currentlyActive: state.currentlyActive,
  lastActiveTs: state.lastActiveTs,
  updatedTs,
  local,
})

/** Nobody needs to be told of someone who was never there. */
const isNothing = ({ presence, statusMsg }: PresenceState): boolean => presence === 'offline' && statusMsg === undefined
