// A time limit and a caller's signal as one signal, by the clock that we were given.

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'

export class Deadline {
  readonly #clock: Clock
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #onCallerGone = () => this.#controller.abort(this.#caller?.reason)
  #timer: { cancel(): void } | undefined
  /** The time was up, and not the caller gone. */
  expired = false

  constructor(clock: Clock, timeout: Milliseconds, caller?: AbortSignal) {
    this.#clock = clock
    this.#caller = caller
    if (caller?.aborted) this.#controller.abort(caller.reason)
    caller?.addEventListener('abort', this.#onCallerGone, { once: true })
    this.restart(timeout)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The time begins anew: something came. */
  restart(timeout: Milliseconds): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(timeout, () => {
      this.expired = true
      this.#controller.abort(new Error('The other server took too long.'))
    })
  }

  /** Ends what is still under way, and lets go of the timer. Repeatable. */
  end(): void {
    this.#timer?.cancel()
    this.#caller?.removeEventListener('abort', this.#onCallerGone)
    this.#controller.abort(new Error('Nobody waits for this answer any more.'))
  }
}
