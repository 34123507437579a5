// Makes the transport of one tenant from its parts. spec: server-server-api

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { authenticateRequest } from './authenticate-request.ts'
import { discoveryCalls } from './calls/discovery-asking.ts'
import { mediaCalls } from './calls/media-asking.ts'
import { roomCalls } from './calls/room-asking.ts'
import { transactionCalls } from './calls/transaction-asking.ts'
import { userCalls } from './calls/user-asking.ts'
import { authorizeCall } from './client/authorize-call.ts'
import { Availability, type BackoffOptions } from './client/availability.ts'
import { FederationClient } from './client/client.ts'
import type { FederationTransport } from './federation-transport.ts'
import { type KeyRingOptions, KeysOfServers } from './keys/key-ring.ts'
import { KnownKeys } from './keys/known-keys.ts'
import { Notary, ownKeySet, type SigningKeys } from './keys/notary.ts'
import { type Network, NetworkError, type PlainFetch } from './network/network.ts'

export interface TransportOptions {
  /** For one ordinary request; 30 s unless told. Joins, state and media have longer ones of their own. */
  readonly timeout?: Milliseconds
  /** After a server did not answer: 1 s, doubling up to an hour, unless told. */
  readonly backoff?: BackoffOptions
  /** No notaries, 10 s, and pauses from 1 s to a minute, unless told. */
  readonly keys?: Partial<KeyRingOptions>
}

export interface TransportParts {
  readonly serverName: ServerName
  readonly signingKeys: SigningKeys
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly crypto: Crypto
  readonly network: Network
  /** For media behind a `Location`. Without it such media cannot be had. */
  readonly fetch?: PlainFetch
  readonly options?: TransportOptions
}

const SECOND: Milliseconds = 1000
const defaultBackoff: BackoffOptions = { first: SECOND, max: 3600 * SECOND }
const defaultKeys: KeyRingOptions = { notaries: [], timeout: 10 * SECOND, pause: { first: SECOND, max: 60 * SECOND } }
const DEFAULT_TIMEOUT = 30 * SECOND

const noFetch: PlainFetch = { fetch: () => Promise.reject(new NetworkError('address')) }

export function createFederationTransport(parts: TransportParts): FederationTransport {
  const {
    serverName,
    signingKeys,
    database,
    clock,
    random,
    log,
    crypto,
    network,
    fetch = noFetch,
    options = {},
  } = parts
  const availability = new Availability({ database, clock, random, log, backoff: options.backoff ?? defaultBackoff })
  const client = new FederationClient({
    serverName,
    network,
    availability,
    clock,
    authorize: authorizeCall(serverName, signingKeys.current[0]),
    timeout: options.timeout ?? DEFAULT_TIMEOUT,
  })
  const keysOfServers = new KeysOfServers({
    serverName,
    ownKeys: ownKeySet(signingKeys),
    known: new KnownKeys(database),
    client,
    crypto,
    clock,
    log,
    options: { ...defaultKeys, ...options.keys },
  })
  const notary = new Notary({ serverName, signingKeys, keysOfServers, database, clock })
  availability.onAlive((server) => keysOfServers.unpause(server))
  const authentication = { serverName, keys: keysOfServers, crypto, clock }
  return {
    serverName,
    ...roomCalls(client),
    ...discoveryCalls(client),
    ...userCalls(client),
    ...mediaCalls({ client, fetch, clock }),
    ...transactionCalls(client, serverName, clock),
    keysOf: (server, keyIds, validAt, signal) => keysOfServers.keysOf(server, keyIds, validAt, signal),
    verifyEvents: (events, signal) => keysOfServers.verifyEvents(events, signal),
    ownKeys: () => notary.ownKeys(),
    queryKeys: (query, signal) => notary.queryKeys(query, signal),
    authenticateRequest: async (request, signal) => {
      const origin = await authenticateRequest(request, authentication, signal)
      availability.markAlive(origin)
      return origin
    },
    markAlive: (server) => availability.markAlive(server),
    awayUntil: (server) => availability.awayUntil(server),
    onAlive: (listener) => availability.onAlive(listener),
    close: async () => {
      client.close()
      await availability.close()
    },
  }
}
