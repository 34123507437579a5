// Typing, receipts and presence that wait for one server: the newest of each, a bounded number, and nothing at all while it is away.
// spec: server-server-api #typing-notifications, #receipts, #presence

import { type PresenceState, presenceEdu, type Receipt, receiptEdus } from '#ephemeral/ephemeral.ts'
import type { Milliseconds } from '#platform/clock/clock.ts'
import type { Position } from '#platform/stream/stream.ts'
import type { Passing } from './entry.ts'

/** Of each kind. A transaction goes out within milliseconds, so that this many wait only for a server that is slow. */
const MOST = 500
/** People in one EDU. */
const PRESENCE_PER_EDU = 50

export class PassingNews {
  readonly #receipts = new Map<string, Receipt>()
  readonly #presence = new Map<string, PresenceState>()
  readonly #typing = new Map<string, string>()
  #since: Position | undefined

  get isEmpty(): boolean {
    return this.#receipts.size + this.#presence.size + this.#typing.size === 0
  }

  /** Where the oldest stands that can be read again; undefined: nothing can. */
  get since(): Position | undefined {
    return this.#since
  }

  add(passing: Passing, position: Position | undefined): void {
    this.#since ??= position
    if (passing.kind === 'receipt') {
      const { roomId, userId, threadId } = passing.receipt
      put(this.#receipts, `${roomId} ${userId} ${threadId ?? ''}`, passing.receipt)
    } else if (passing.kind === 'presence') put(this.#presence, passing.state.userId, passing.state)
    else put(this.#typing, passing.key, passing.edu)
  }

  /** At most `count` EDUs, taken out: receipts first, then typing, then presence. */
  take(count: number, now: Milliseconds): string[] {
    const edus: string[] = []
    if (this.#receipts.size > 0 && edus.length < count) {
      // Some few EDUs: a second one only where somebody has read two threads of a room.
      edus.push(...receiptEdus([...this.#receipts.values()]).slice(0, count))
      this.#receipts.clear()
      this.#since = undefined
    }
    for (const [key, edu] of this.#typing) {
      if (edus.length >= count) return edus
      this.#typing.delete(key)
      edus.push(edu)
    }
    while (this.#presence.size > 0 && edus.length < count) {
      const states = [...this.#presence.values()].slice(0, PRESENCE_PER_EDU)
      for (const { userId } of states) this.#presence.delete(userId)
      edus.push(presenceEdu(states, now))
    }
    return edus
  }

  clear(): void {
    this.#since = undefined
    this.#receipts.clear()
    this.#presence.clear()
    this.#typing.clear()
  }
}

/** The newest stays; of too many, the one that waits longest goes. */
function put<Value>(values: Map<string, Value>, key: string, value: Value): void {
  values.delete(key)
  values.set(key, value)
  if (values.size <= MOST) return
  const [oldest] = values.keys()
  if (oldest !== undefined) values.delete(oldest)
}
