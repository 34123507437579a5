// Questions that look at much: few at once, one after the other for each who asks, so that nobody's searching slows down what others write.

import { FairSemaphore, Overloaded } from '#platform/limits/limits.ts'
import { limitExceeded } from '#protocol/errors/errors.ts'

/** At once in a tenant: half of what the lanes of the database and a core can carry beside messages. In line for each: some pages. */
const atOnce = { places: 8, placesPerKey: 2, waitingPerKey: 10, waiting: 1_000 }
/** Milliseconds that one who asks too much is told to wait. */
const WAIT = 1_000

export class HeavyQuestions {
  readonly #places = new FairSemaphore(atOnce)

  /** Answers in turn; `who`: a user or a server. @throws 429 when too many of theirs, or of all, are in line. */
  async run<Answer>(who: string, answer: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    try {
      return await this.#places.run(who, answer, signal)
    } catch (error) {
      throw error instanceof Overloaded ? limitExceeded(WAIT) : error
    }
  }
}
