// The database killed (-9) under writers, short form: no acknowledged act is lost, none is half there, and the writers go on.
// spec: docs/architecture.md §9

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import { connectDatabase, DatabaseUnavailable, startEmbedded } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import { entries, makeLedger, readEntries, readNotes } from './ledger-for-tests.ts'
import { openStream, UnknownOutcome } from './stream.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }
const clock = systemClock()

test('the postmaster is killed twice under eight writers', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-crash-'))
  chmodSync(folder, 0o711)
  const server = await startEmbedded({ dataFolder: path.join(folder, 'data'), clock, log: silent })
  const connections = await connectDatabase(server.settings, { clock })
  t.after(async () => {
    await connections.close()
    await server.stop()
    rmSync(folder, { recursive: true })
  })
  await makeLedger(connections, 'ledger')
  const database = connections.schema('ledger')
  const stream = await openStream({ schema: database, clock, log: silent })

  const acknowledged = new Set<string>()
  const unknown = new Set<string>()
  let running = true
  const writer = async (name: number) => {
    for (let i = 0; running; i++) {
      const id = `${name}.${i}`
      // Where the server takes longer to come back than the stream is patient, it says so: of what is refused nothing may be there.
      await stream.append(entries(id, 2)).then(
        () => acknowledged.add(id),
        (error: unknown) => {
          if (error instanceof UnknownOutcome) unknown.add(id)
          else if (!(error instanceof DatabaseUnavailable)) throw error
        },
      )
    }
  }
  const writers = Promise.all(Array.from({ length: 8 }, (_, i) => writer(i))).finally(() => {
    running = false
  })
  for (let kills = 0; kills < 2 && running; kills++) {
    const enough = acknowledged.size + 100
    while (acknowledged.size < enough && running) await new Promise(setImmediate)
    if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL')
  }
  const enough = acknowledged.size + 100
  while (acknowledged.size < enough && running) await new Promise(setImmediate)
  running = false
  await writers

  const stored = await database.run(readEntries)
  assert.deepEqual(
    stored.map(({ position }) => position),
    stored.map((_, i) => i + 1),
  )
  const notes = (await database.run(readNotes)).map(({ id }) => id)
  assert.deepEqual(notes.filter((id) => !unknown.has(id)).sort(), [...acknowledged].sort())
  assert.equal(stored.length, notes.length * 2)
})
