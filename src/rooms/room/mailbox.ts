// A room's mailbox: acts on one room take turns. A turn ends when the act's append is handed to the committer, not when it is durable,
// so that many events of one room share a commit.

import { limitExceeded } from '#protocol/errors/errors.ts'

/** Acts waiting on one room; beyond it a room is being flooded and the caller is told to come back. */
const MOST_WAITING = 1_000
/** What a caller is told to wait when the room is full, in milliseconds: about what the waiting acts take. */
const WAIT_WHEN_FULL = 1_000

export class Mailbox {
  #last: Promise<unknown> | undefined
  #waiting = 0

  /** Nobody has a turn and nobody waits. */
  get idle(): boolean {
    return this.#waiting === 0
  }

  /** Runs `act` when all earlier acts have ended their turns. @throws 429 `M_LIMIT_EXCEEDED` when too many wait. */
  take<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= MOST_WAITING) return Promise.reject(limitExceeded(WAIT_WHEN_FULL))
    this.#waiting++
    const turn = this.#last ? this.#last.then(act, act) : act()
    const ended: Promise<void> = turn.then(
      () => this.#end(ended),
      () => this.#end(ended),
    )
    this.#last = ended
    return turn
  }

  #end(turn: Promise<unknown>): void {
    this.#waiting--
    if (this.#last === turn) this.#last = undefined
  }
}
