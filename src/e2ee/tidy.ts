// Keeps the tables within their bounds. Run now and then, by one process at a time or by several: it does no harm twice.
// spec: docs/architecture.md, decision 5

import type { Timer } from '#platform/clock/clock.ts'
import type { Position } from '#platform/stream/stream.ts'
import { MAX_INBOX, MAX_OUTBOX, REMEMBERED } from './limits.ts'
import type { E2eeParts } from './parts.ts'
import { forgetCoveredChanges } from './store/device-list-changes.ts'
import { cutInboxes, cutOutboxes, forgetMessageIds, forgetTransactions } from './store/to-device.ts'

/** Changes that stay, though later ones cover them: clients and servers that are near the head go through them one by one. */
const RECENT_CHANGES = 1_000_000

/** How often (ms). Each run reads the queues whole; an hour of a busy server is far below their bounds. */
const PERIOD = 3_600_000

/** Tidies every hour, until the returned function is called; that resolves when no run is under way. */
export function tidyRegularly(parts: Pick<E2eeParts, 'database' | 'clock' | 'stream' | 'log'>): () => Promise<void> {
  let running = Promise.resolve()
  const schedule = (): Timer => parts.clock.after(PERIOD, run)
  const run = () => {
    running = tidy(parts).catch((error: unknown) =>
      parts.log.warn({ error }, 'Old messages and keys were not cleared away.'),
    )
    timer = schedule()
  }
  let timer = schedule()
  return () => {
    timer.cancel()
    return running
  }
}

/** Forgets old transactions and message IDs, covered changes, and the oldest of overlong queues. */
export async function tidy({
  database,
  clock,
  stream,
}: Pick<E2eeParts, 'database' | 'clock' | 'stream'>): Promise<void> {
  const before = clock.now() - REMEMBERED
  const covered: Position = stream.head - RECENT_CHANGES
  await database.run(forgetTransactions, before)
  await database.run(forgetMessageIds, before)
  if (covered > 0) await database.run(forgetCoveredChanges, covered)
  await database.run(cutInboxes, MAX_INBOX)
  await database.run(cutOutboxes, MAX_OUTBOX)
}
