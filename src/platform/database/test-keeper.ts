// Program: holds the PostgreSQL of one run of tests. Arguments: its folder, the process number of the test runner.
// spec: docs/architecture.md (tests)

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { systemClock } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import { connectDatabase } from './connections.ts'
import { type EmbeddedDatabase, startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { readMigrations, sharedMigrations, tenantMigrations } from './migration-files.ts'
import type { ConnectionSettings } from './settings.ts'
import { failureFile, readyFile, startOf } from './test-server.ts'

const [folder = '', runnerText = ''] = process.argv.slice(2)
const runner = Number(runnerText)
const runnerStart = startOf(runner)
const clock = systemClock()
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

/** How soon after the runner's end everything is gone (milliseconds). */
const look = 200

const server = await startServer()
const timer = setInterval(async () => {
  if (startOf(runner) === runnerStart) return
  clearInterval(timer)
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
}, look)

async function startServer(): Promise<EmbeddedDatabase | undefined> {
  try {
    const started = await startEmbedded({ dataFolder: path.join(folder, 'data'), clock, log: silent, durable: false })
    await makeTemplate(started.settings)
    const draft = path.join(folder, 'draft')
    writeFileSync(draft, JSON.stringify({ settings: started.settings, template: 'samband' }), { mode: 0o600 })
    renameSync(draft, path.join(folder, readyFile))
    return started
  } catch (error) {
    writeFileSync(path.join(folder, failureFile), error instanceof Error ? error.message : String(error))
    return undefined
  }
}

async function makeTemplate(settings: ConnectionSettings): Promise<void> {
  const connections = await connectDatabase(settings, { clock })
  await connections.session(async (session) => {
    await migrate(session, 'samband', readMigrations(sharedMigrations))
    await migrate(session, 'tenant', readMigrations(tenantMigrations))
  })
  await connections.close()
}
