// Servers for tests: a transport each, talking by loop-back over a line that the test can break. What a peer answers is the test's.
// spec: server-server-api

import { FakeClock } from '#platform/clock/clock.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import type { Database } from '#platform/database/database.ts'
import { type TestScope, testDatabase } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import { seededRandom } from '#platform/random/random.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { type Json, parseJson } from '#protocol/json/json.ts'
import { createFederationTransport, type TransportOptions } from './create-transport.ts'
import type { FederationTransport } from './federation-transport.ts'
import type { SigningKeys } from './keys/notary.ts'
import { type DispatchedRequest, Loopback, loopbackNetwork, oneBody } from './network/loopback.ts'
import type { PlainFetch, WireAnswer } from './network/network.ts'
import { UnreliableNetwork } from './network/unreliable-network.ts'

export const crypto = loadCrypto()
export const signingKey = (seed: number, version = 'a') =>
  crypto.signingKeyFromSeed(new Uint8Array(32).fill(seed), version)
export const named = (text: string): ServerName => {
  const name = parseServerName(text)
  if (name === undefined) throw new Error(`${text} is no server name.`)
  return name
}

/** Status and JSON, or a whole answer. */
export type Reply = readonly [status: number, json: Json] | WireAnswer
export type Answering = (request: DispatchedRequest) => Reply | Promise<Reply>

export const rawReply = (status: number, headers: Record<string, string>, bytes: string | Uint8Array): WireAnswer => ({
  status,
  headers,
  body: oneBody(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
})

const asAnswer = (reply: Reply): WireAnswer =>
  'body' in reply ? reply : rawReply(reply[0], { 'content-type': 'application/json' }, JSON.stringify(reply[1]))

export interface PeerOptions {
  readonly signingKeys?: SigningKeys
  readonly options?: TransportOptions
  readonly fetch?: PlainFetch
  readonly database?: Database
}

export interface Peer {
  readonly name: ServerName
  readonly transport: FederationTransport
  readonly signingKeys: SigningKeys
  /** Requests that came in: method, target and who signed. */
  readonly received: { readonly method: string; readonly target: string; readonly origin: ServerName | undefined }[]
  /** What it answers, beyond its own keys. Set by the test. */
  answering: Answering
}

/** One clock, line and database for the peers of one test. Make the database once per file. */
export class Peers {
  readonly clock = new FakeClock()
  readonly loopback = new Loopback()
  readonly network = new UnreliableNetwork(loopbackNetwork(this.loopback), this.clock)
  readonly #database: Database
  #seed = 1

  constructor(database: Database) {
    this.#database = database
  }

  add(text: string, { options, fetch, ...more }: PeerOptions = {}): Peer {
    const name = named(text)
    const signingKeys = more.signingKeys ?? { current: [signingKey(this.#seed++)], old: [] }
    const transport = createFederationTransport({
      serverName: name,
      signingKeys,
      database: more.database ?? this.#database,
      clock: this.clock,
      random: seededRandom(1),
      log: logTo({ write: () => undefined }),
      crypto,
      network: this.network,
      ...(fetch && { fetch }),
      ...(options && { options }),
    })
    const peer: Peer = {
      name,
      transport,
      signingKeys,
      received: [],
      answering: () => [404, { errcode: 'M_UNRECOGNIZED' }],
    }
    this.loopback.register(name, (request) => serve(peer, request))
    return peer
  }
}

/** As a server does it: raw bytes in, authenticated, answered; errors as their JSON. */
async function serve(peer: Peer, request: DispatchedRequest): Promise<WireAnswer> {
  const { method, target, headers, body } = request
  const { authorization } = headers
  try {
    if (target === '/_matrix/key/v2/server') {
      peer.received.push({ method, target, origin: undefined })
      return asAnswer([200, peer.transport.ownKeys()])
    }
    const json = body && parseJson(body, { numbers: 'faithful' }).ok
    const signed = { method, target, authorization: authorization === undefined ? [] : [authorization], body: json }
    const origin = authorization === undefined ? undefined : await peer.transport.authenticateRequest(signed)
    peer.received.push({ method, target, origin })
    return asAnswer(await peer.answering(request))
  } catch (error) {
    if (error instanceof MatrixError) return rawReply(error.status, {}, JSON.stringify(error))
    throw error
  }
}

export const peersDatabase = async (scope: TestScope): Promise<Database> => (await testDatabase(scope)).database

/** Milliseconds after which we no longer believe that it comes, however crowded the machine is. */
const PATIENCE = 60_000

/** Lets everything that needs no clock happen (the database answers in its own time) until `holds`. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE
  while (!holds()) {
    if (Date.now() > end) throw new Error('What the test waits for did not happen.')
    await new Promise(setImmediate)
  }
}
