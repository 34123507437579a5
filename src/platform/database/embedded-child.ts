// Program for the tests of the built-in PostgreSQL: starts it on the folder given, says so, and waits to be killed.
// Prints one line of JSON: {"ready": <postmaster's process number>} or {"refused": <sentence>}.

import { systemClock } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import { StartError } from './database-errors.ts'
import { startEmbedded } from './embedded.ts'

const [dataFolder = ''] = process.argv.slice(2)
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

try {
  const database = await startEmbedded({ dataFolder, clock: systemClock(), log: silent })
  process.once('SIGTERM', async () => {
    await database.stop()
    process.exit(0)
  })
  setInterval(() => {}, 60_000)
  console.log(JSON.stringify({ ready: database.pid }))
} catch (error) {
  console.log(JSON.stringify({ refused: error instanceof StartError ? error.message : String(error) }))
}
