// The built-in PostgreSQL: used when the operator names no database. Durable, local, ours alone.
// spec: docs/manual (database.url), docs/architecture.md (embedded PostgreSQL)

import { rmSync } from 'node:fs'
import type { Clock } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import { lockDataFolder } from './data-folder-lock.ts'
import { chooseAccount } from './embedded-account.ts'
import { databaseName, ensureCluster, superuser } from './embedded-cluster.ts'
import { findProgramFiles, linkLibraries } from './embedded-files.ts'
import { clearLeftovers } from './embedded-leftovers.ts'
import { makePlaces, makeSocketFolder } from './embedded-places.ts'
import { EmbeddedServer } from './embedded-server.ts'
import type { ConnectionSettings } from './settings.ts'

export interface EmbeddedOptions {
  /** Everything goes below `<dataFolder>/postgres`. Made when it is missing. */
  readonly dataFolder: string
  readonly clock: Clock
  readonly log: Log
  /** False turns the disk flush off: for throw-away databases of tests only. */
  readonly durable?: boolean
}

export interface EmbeddedDatabase {
  readonly settings: ConnectionSettings
  /** The postmaster's process number while it runs. */
  readonly pid: number | undefined
  /** Stops with a checkpoint, and gives the data folder free. */
  stop(): Promise<void>
}

/** For one small machine that also runs Samband: memory stays modest, no parallel query, statistics and planning for flash disks. */
const settings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '40',
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  cluster_name: 'samband',
  // Errors carry the values of rows, so they stay out of the log: the caller gets them, without the values.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  // Before a recovery every file must be on disk. One by one that is minutes for hundreds of tenants; this is one call.
  recovery_init_sync_method: 'syncfs',
  // Not only the default: what is acknowledged is on disk, whatever postgresql.conf says.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
}

const throwAway = {
  ...settings,
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
}

/** Locks the data folder, makes the database when there is none, starts the server. @throws StartError with a sentence that says what to do. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { clock, log } = options
  const durable = options.durable ?? true
  const files = findProgramFiles()
  const places = makePlaces(options.dataFolder)
  const lock = lockDataFolder(options.dataFolder)
  try {
    const account = chooseAccount([places.home, files.postgres])
    const sockets = makeSocketFolder(places, account)
    linkLibraries(files, places.libraries)
    await clearLeftovers(places.cluster, sockets, clock)
    const environment = { PATH: process.env['PATH'], LD_LIBRARY_PATH: places.libraries, LC_ALL: 'C', TZ: 'UTC' }
    const password = ensureCluster({ places, files, account, environment, durable })
    const server = new EmbeddedServer({
      postgres: files.postgres,
      cluster: places.cluster,
      sockets,
      account,
      environment,
      settings: durable ? settings : throwAway,
      clock,
      log: log.with({ part: 'postgresql' }),
    })
    await server.start()
    return {
      settings: { host: sockets, port: 5432, user: superuser, password, database: databaseName },
      get pid() {
        return server.pid
      },
      stop: async () => {
        await server.stop()
        // The one in the system's folder for temporary files is left to nobody.
        if (!sockets.startsWith(places.home)) rmSync(sockets, { recursive: true, force: true })
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
