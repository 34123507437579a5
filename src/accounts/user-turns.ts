// One change of a user's account at a time in this process, so that what was read is still so when it is written.
// spec: client-server-api #relationship-between-access-tokens-and-devices

import { FairSemaphore, Overloaded } from '#platform/limits/limits.ts'
import { limitExceeded } from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'

export class UserTurns {
  // A person and their clients have a handful of changes under way; a hundred waiting is a client gone wild. The sums bound memory.
  readonly #turns = new FairSemaphore({ places: 256, placesPerKey: 1, waitingPerKey: 100, waiting: 10_000 })

  /** Runs `act` when the user's earlier changes are done. 429 when too many wait. */
  async run<T>(userId: UserId, act: () => Promise<T>): Promise<T> {
    try {
      return await this.#turns.run(userId, act)
    } catch (error) {
      if (error instanceof Overloaded) throw limitExceeded(1000)
      throw error
    }
  }
}
