// A stream over a fresh database, for tests of this module and others.
// spec: docs/architecture.md (tests)

import { type Clock, systemClock } from '#platform/clock/clock.ts'
import { type TestDatabase, type TestScope, testDatabase } from '#platform/database/test-database.ts'
import type { Log } from '#platform/log/log.ts'
import { type OpenStream, openStream } from './stream.ts'

export interface TestStream extends TestDatabase {
  readonly stream: OpenStream
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

/** A database with all migrations (see `testDatabase`) and the stream of its tenant's schema. */
export async function testStream(
  scope: TestScope,
  options: { readonly clock?: Clock; readonly log?: Log } = {},
): Promise<TestStream> {
  const { clock = systemClock(), log = silent } = options
  const test = await testDatabase(scope)
  const stream = await openStream({ schema: test.database, clock, log })
  return { ...test, stream }
}
