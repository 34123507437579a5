// Waits a while for followers: an answer that comes after an act should show it, and must come although a follower is stuck.

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Follower } from '#platform/follow/follow.ts'
import type { Position } from '#platform/stream/stream.ts'

/** Followers are behind by some milliseconds; one that is further behind is at work on a backlog. */
const PATIENCE: Milliseconds = 2_000

export async function reachedSoon(followers: readonly Follower[], position: Position, clock: Clock): Promise<void> {
  const waiting = followers.filter(({ cursor }) => cursor < position)
  if (waiting.length === 0) return
  const end = new AbortController()
  // A follower that is stopped meanwhile has nothing to say.
  const reached = Promise.allSettled(waiting.map((follower) => follower.reached(position)))
  await Promise.race([reached, clock.wait(PATIENCE, end.signal).catch(() => undefined)])
  end.abort()
}
