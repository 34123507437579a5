// The machine's time.

import { setTimeout as waitFor } from 'node:timers/promises'
import type { Clock, Milliseconds, Timer } from './clock-contract.ts'

/** The longest delay Node's timers know (2^31 - 1 ms, 24.8 days); a longer one would fire at once. */
const LONGEST = 2_147_483_647

export function systemClock(): Clock {
  return { now: Date.now, after, wait }
}

function after(delay: Milliseconds, act: () => void): Timer {
  const timer = setTimeout(act, Math.min(delay, LONGEST))
  timer.unref()
  return { cancel: () => clearTimeout(timer) }
}

async function wait(delay: Milliseconds, signal?: AbortSignal): Promise<void> {
  try {
    await waitFor(Math.min(delay, LONGEST), undefined, signal ? { signal } : {})
  } catch (error) {
    // Node wraps the reason in an error of its own.
    signal?.throwIfAborted()
    throw error
  }
}
