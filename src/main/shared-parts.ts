// What all tenants of a process share.

import { mkdir, readFile } from 'node:fs/promises'
import {
  Loopback,
  loopbackNetwork,
  type Network,
  openProcessNetwork,
  type PlainFetch,
  type PlainPost,
} from '#federation/transport/transport.ts'
import { type Clock, systemClock } from '#platform/clock/clock.ts'
import type { Config } from '#platform/config/config.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { type Connections, connectDatabase, type EmbeddedDatabase, startEmbedded } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import { type Mailer, SmtpMailer } from '#platform/mail/mail.ts'
import { type Counter, createProcessMetrics, type Metrics } from '#platform/metrics/metrics.ts'
import { type Random, systemRandom } from '#platform/random/random.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import { openTenancy, type Tenants } from '#tenancy/tenancy.ts'

export interface SharedParts {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
  /** Labels `server_name`, `outcome`. */
  readonly stagedEvents: Counter
  readonly crypto: Crypto
  readonly connections: Connections
  readonly tenants: Tenants
  readonly loopback: Loopback
  readonly network: Network
  readonly fetch: PlainFetch
  readonly post: PlainPost
  /** Undefined: no mail server is configured. */
  readonly mailer: Mailer | undefined
  /** The embedded database's process, undefined with one of the operator's. */
  readonly databasePid: number | undefined
  close(): Promise<void>
}

/** Opens the database, the list of tenants and the network. @throws StartError with a sentence that says what to do. */
export async function openSharedParts(config: Config, log: Log): Promise<SharedParts> {
  const clock = systemClock()
  const random = systemRandom()
  // Others may pass, as the embedded database's account must, but not look.
  await mkdir(config.data, { recursive: true, mode: 0o711 })
  const embedded = await openDatabase(config, clock, log)
  const connections = await connectDatabase(embedded?.settings ?? { url: config.database.url ?? '' }, { clock })
  const tenants = await openTenancy({ connections, dataFolder: config.data, clock, random, log })
  await makeConfiguredTenants(tenants, config)
  const metrics = createProcessMetrics()
  const mailer = await openMailer(config, clock, log)
  const loopback = new Loopback()
  const sockets = openProcessNetwork({
    clock,
    random,
    options: {
      addresses: { allowPrivate: config.federation.allowPrivateAddresses },
      authorities: config.federation.caFile === undefined ? [] : [await readFile(config.federation.caFile, 'utf8')],
      connectTimeout: config.federation.connectTimeout,
      cacheFailures: config.federation.cacheFailures,
    },
  })
  return {
    config,
    clock,
    random,
    log,
    metrics,
    stagedEvents: metrics.counter({
      name: 'samband_staged_events_total',
      help: 'Events of other servers that waited for what they stand on, and what became of them.',
      labels: ['server_name', 'outcome'],
    }),
    crypto: loadCrypto(),
    connections,
    tenants,
    loopback,
    network: loopbackNetwork(loopback, config.federation.enabled ? sockets.network : undefined),
    fetch: sockets.fetch,
    post: sockets.post,
    mailer,
    databasePid: embedded?.pid,
    close: async () => {
      await mailer?.stop()
      await sockets.close()
      await connections.close()
      await embedded?.stop()
    },
  }
}

async function openMailer({ mail }: Config, clock: Clock, log: Log): Promise<SmtpMailer | undefined> {
  const { host, from, port, security, user, password, caFile, timeout } = mail
  if (host === undefined || from === undefined) return undefined
  const authorities = caFile === undefined ? [] : [await readFile(caFile, 'utf8')]
  return new SmtpMailer({ clock, log, options: { host, from, port, security, user, password, authorities, timeout } })
}

/** The tenants that the configuration names are made on the first start; a removed one stays removed. */
async function makeConfiguredTenants(tenants: Tenants, config: Config): Promise<void> {
  const known = new Set((await tenants.list()).map((entry) => String(entry.serverName)))
  for (const { serverName } of config.tenants) if (!known.has(serverName)) await tenants.create(serverName)
}

async function openDatabase(config: Config, clock: Clock, log: Log): Promise<EmbeddedDatabase | undefined> {
  if (config.database.url !== undefined) return undefined
  return startEmbedded({ dataFolder: config.data, clock, log })
}
