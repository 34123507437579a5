// Time as an argument. Tests turn the fake clock by hand; nothing in Samband asks the machine for the time by itself.

export type Milliseconds = number

export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Milliseconds since 1970, wall clock. */
  now(): Milliseconds
  /** Calls `act` once, after `delay` ms. An act that throws is the caller's bug: catch inside. Does not keep the process alive. */
  after(delay: Milliseconds, act: () => void): Timer
  /** Resolves after `delay` ms; rejects with the signal's reason when aborted. */
  wait(delay: Milliseconds, signal?: AbortSignal): Promise<void>
}
