// The limit prototype, with a database like the real server's: our embedded PostgreSQL, durable, with our settings.

import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '#platform/clock/clock.ts'
import { startEmbedded } from '#platform/database/database.ts'
import { logTo } from '#platform/log/log.ts'
import { nextTransaction, openDatabaseAt } from '../server/database-of.ts'
import { freePort } from '../server/free-port.ts'
import { crowd, type Subject } from './subject.ts'

export async function startLimit(): Promise<Subject> {
  const folder = mkdtempSync(path.join(tmpdir(), 'samband-limit-'))
  const log = logTo({ write: (line) => void process.stderr.write(line) }, 'warn')
  const database = await startEmbedded({ dataFolder: folder, clock: systemClock(), log })
  const { settings } = database
  if ('url' in settings) throw new Error('The embedded database has given an address that is not its own.')
  const port = await freePort()
  const child = fork(path.join(import.meta.dirname, '../limit/limit-server.ts'), {
    env: {
      ...process.env,
      PORT: String(port),
      PGHOST: settings.host,
      PGPORT: String(settings.port),
      PGUSER: settings.user,
      PGPASSWORD: settings.password,
      PGDATABASE: settings.database,
    },
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await Promise.race([
    new Promise((resolve) => child.once('message', resolve)),
    exited.then(() => Promise.reject(new Error('The limit prototype did not start.'))),
  ])
  const connections = await openDatabaseAt(settings)
  return {
    name: 'limit',
    address: { host: '127.0.0.1', port },
    host: '127.0.0.1',
    targets: Array.from({ length: crowd.people * crowd.roomsEach }, (_, i) => ({
      roomId: `!room${(i + Math.floor(i / crowd.people)) % crowd.rooms}:example.org`,
      accessToken: `tok${i % crowd.people}`,
    })),
    nodePid: child.pid ?? 0,
    databasePid: database.pid ?? 0,
    nextTransaction: () => nextTransaction(connections),
    stop: async () => {
      child.kill()
      await exited
      await connections.close()
      await database.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
