// One change of a user's keys or device list at a time in this process; what is read in a turn is still so when it is written.
// spec: server-server-api #device-management (updates are applied in sequence)

import { FairSemaphore, Overloaded } from '#platform/limits/limits.ts'
import { limitExceeded } from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'

export class Turns {
  // A fetch of a list holds a place for seconds: many at once, so that a slow server does not hold up the others. The sums bound memory.
  readonly #turns = new FairSemaphore({ places: 256, placesPerKey: 1, waitingPerKey: 100, waiting: 10_000 })

  /** Runs `act` when the earlier ones of the user are done. 429 when too many wait; the signal's reason when it is aborted while waiting. */
  async run<T>(userId: UserId, act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    try {
      return await this.#turns.run(userId, act, signal)
    } catch (error) {
      if (error instanceof Overloaded) throw limitExceeded(1000)
      throw error
    }
  }
}
