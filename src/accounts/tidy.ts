// Keeps the tables of accounts within their bounds. It does no harm twice, nor at two processes at once.
// spec: docs/architecture.md, decision 5

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { slowestCursor } from '#platform/follow/follow.ts'
import { forgetDeviceChanges } from './store/devices.ts'
import { deleteEndedProofs } from './store/emails.ts'
import { deleteEndedTokens } from './store/short-tokens.ts'

/** Rows of one statement: some 50 ms of the database, so that nobody waits long behind it. */
const ROWS = 5_000
/** Statements of one table in one run; what is left has the next one. An hour brings far less, a table that was never tidied is done in days. */
const STATEMENTS = 20

/**
 * Forgets tokens of a few minutes and proofs of addresses that have ended, and changes of devices that every follower has gone past. Nobody else reads those: a
 * follower that comes new to them finds the devices in their own table, and must begin there.
 */
export async function tidy({ database, clock }: { readonly database: Database; readonly clock: Clock }): Promise<void> {
  const now = clock.now()
  await inParts((rows) => database.run(deleteEndedTokens, now, rows))
  await inParts((rows) => database.run(deleteEndedProofs, now, rows))
  const followed = await slowestCursor(database)
  if (followed !== undefined) await inParts((rows) => database.run(forgetDeviceChanges, followed, rows))
}

async function inParts(forget: (rows: number) => Promise<readonly unknown[]>): Promise<void> {
  for (let statements = 0; statements < STATEMENTS; statements++) {
    if ((await forget(ROWS)).length < ROWS) return
  }
}
