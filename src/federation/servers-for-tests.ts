// Whole servers in one process, as far as federation goes: accounts, rooms, keys, receipts, and both directions of federation, over real databases
// and a line that the test can cut. Requests are signed, become bytes and enter the routes of the other server.
// spec: docs/architecture.md (tests)

import assert from 'node:assert/strict'
import { Accounts } from '#accounts/accounts.ts'
import { testOptions } from '#accounts/test-accounts.ts'
import { E2ee } from '#e2ee/e2ee.ts'
import { e2eeFederationHandlers } from '#endpoints/federation/e2ee-handlers.ts'
import { federationHandlers } from '#endpoints/federation/federation-handlers.ts'
import { handleQueryProfile } from '#endpoints/federation/query-profile.ts'
import { edgeAnswers, mount, type Tenant } from '#endpoints/mount.ts'
import { Ephemeral } from '#ephemeral/ephemeral.ts'
import { FakeClock } from '#platform/clock/clock.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { type Schema, statement } from '#platform/database/database.ts'
import { type TestScope, testDatabase } from '#platform/database/test-database.ts'
import { createDispatch } from '#platform/http/http.ts'
import { type Log, logTo } from '#platform/log/log.ts'
import { seededRandom } from '#platform/random/random.ts'
import { type OpenStream, openStream } from '#platform/stream/stream.ts'
import type { SigningKey } from '#protocol/crypto/crypto.ts'
import {
  type EventId,
  parseServerName,
  type RoomId,
  type ServerName,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type KnownEvent, type NewRoom, Rooms } from '#rooms/rooms.ts'
import { FederationInbound } from './inbound/inbound.ts'
import { FederationOutbound } from './outbound/outbound.ts'
import {
  createFederationTransport,
  type Dispatch,
  type FederationTransport,
  Loopback,
  loopbackNetwork,
  UnreliableNetwork,
} from './transport/transport.ts'

const crypto = loadCrypto()

/** What a run of the program opens and closes. */
export interface Running {
  readonly accounts: Accounts
  readonly rooms: Rooms
  readonly e2ee: E2ee
  readonly ephemeral: Ephemeral
  readonly transport: FederationTransport
  readonly inbound: FederationInbound
  readonly outbound: FederationOutbound
  readonly stream: OpenStream
  /** Timers end with the program, also in a crash. */
  readonly stopStaging: () => Promise<void>
  stop(): Promise<void>
}

/** The line between the servers of a test, and its time. */
export class TestLine {
  readonly clock = new FakeClock()
  readonly loopback = new Loopback()
  readonly network = new UnreliableNetwork(loopbackNetwork(this.loopback), this.clock)
  readonly #scope: TestScope
  #seed = 1

  constructor(scope: TestScope) {
    this.#scope = scope
  }

  async server(text: string): Promise<TestServer> {
    const name = parseServerName(text) ?? fail(`${text} is no server name.`)
    const { database } = await testDatabase(this.#scope)
    const server = new TestServer(name, database, this, this.#seed++)
    await server.start()
    this.#scope.after(() => server.running.stop())
    return server
  }

  cut(one: TestServer, other: TestServer): void {
    this.network.cut(one.name, other.name)
  }

  /** The line is there again, and a second later each has tried. */
  async heal(one: TestServer, other: TestServer): Promise<void> {
    this.network.heal(one.name, other.name)
    for (const server of [one, other]) {
      const due = [one, other].flatMap(({ name }) => server.running.transport.awayUntil(name) ?? [])
      await this.clock.advance(Math.max(1_500, ...due.map((at) => at - this.clock.now() + 1)))
    }
  }
}

export class TestServer {
  readonly name: ServerName
  readonly database: Schema
  readonly signingKey: SigningKey
  /** Lines of the log at level warn and error: empty unless the test breaks something. */
  readonly faults: string[] = []
  /** Stands in for the routes while it is set: for servers that lie. */
  answer: Dispatch | undefined
  /** The routes. */
  dispatch: Dispatch = () => fail('The server does not run.')
  readonly #line: TestLine
  readonly #log: Log
  #seed: number
  #running: Running | undefined
  #leave: () => void = () => {}

  constructor(name: ServerName, database: Schema, line: TestLine, seed: number) {
    this.name = name
    this.database = database
    this.#line = line
    this.#seed = seed
    this.signingKey = crypto.signingKeyFromSeed(new Uint8Array(32).fill(seed), 'a')
    this.#log = logTo({ write: (text) => void (/"level":"?(error|fatal|50|60)/.test(text) && this.faults.push(text)) })
  }

  get running(): Running {
    return this.#running ?? fail('The server does not run.')
  }

  get rooms(): Rooms {
    return this.running.rooms
  }

  async start(): Promise<void> {
    this.#seed += 100
    const { clock, network, loopback } = this.#line
    const { name: serverName, database, signingKey } = this
    const [log, random] = [this.#log, seededRandom(this.#seed)]
    const stream = await openStream({ schema: database, clock, log })
    const parts = { serverName, database, stream, clock, random, log, crypto }
    const transport = createFederationTransport({
      ...parts,
      signingKeys: { current: [signingKey], old: [] },
      network,
    })
    const accounts = new Accounts({ ...parts, options: testOptions })
    const rooms = await Rooms.open({
      ...parts,
      signingKey: () => signingKey,
      transport,
      erasedUsers: () => accounts.users.erased(),
    })
    const stopDiscovery = await rooms.discovery.start({ accounts, log })
    const stopSearch = await rooms.search.start({ log })
    const e2ee = new E2ee({
      ...parts,
      transport,
      sharing: rooms,
      devices: accounts.devices,
      deviceKeyRules: 'strict',
      shareDeviceNames: true,
    })
    const { accountData } = accounts
    const ephemeral = await Ephemeral.open({ ...parts, rooms, accountData, options: { presence: true } })
    const inbound = new FederationInbound({ database, clock, log, rooms, accounts, edus: { e2ee, ephemeral } })
    const outbound = await FederationOutbound.open({ ...parts, transport, rooms, e2ee, ephemeral })
    const modules = {
      accounts,
      rooms,
      e2ee,
      ephemeral,
      inbound,
      federation: transport,
      clock,
      federationAddress: undefined,
    }
    const dispatch = dispatchTo(tenantOf(serverName, modules, transport), log)
    const stopStaging = rooms.staging.start()
    this.#leave = loopback.register(serverName, (request) => (this.answer ?? dispatch)(request))
    this.dispatch = dispatch
    const stop = async () => {
      this.#leave()
      await stopStaging()
      await outbound.stop()
      await stopDiscovery()
      await stopSearch()
      await e2ee.idle()
      await ephemeral.stop()
      await accounts.stop()
      await stream.idle()
      await transport.close()
    }
    this.#running = { accounts, rooms, e2ee, ephemeral, transport, inbound, outbound, stream, stopStaging, stop }
  }

  /** A new run of the program over the same database, while nothing of the old one was ended in order; it can reach nobody any more. */
  async crash(): Promise<void> {
    const old = this.running
    this.#leave()
    await old.stopStaging()
    await this.start()
    await old.transport.close()
  }

  /** Ends the program and begins it again over the same database. */
  async restart(): Promise<void> {
    await this.running.stop()
    await this.start()
  }

  /** What is done in `act` is not sent, and never will be: as if it had been lost on the way. */
  async unsent(act: () => Promise<void>): Promise<void> {
    await this.running.outbound.stop()
    await act()
    await this.running.stop()
    await this.database.run(skipNews, this.running.stream.head)
    await this.start()
  }

  async user(username: string): Promise<UserId> {
    const { userId } = await this.running.accounts.createUser({ username, password: undefined })
    return userId
  }

  createRoom(creator: UserId, more: Partial<NewRoom> = {}): Promise<RoomId> {
    return this.rooms.create({
      creator,
      version: '12',
      preset: 'public_chat',
      profileOf: async (userId) => ({ displayname: userId.slice(1, userId.indexOf(':')) }),
      ...more,
    })
  }

  join(roomId: RoomId, userId: UserId, through: TestServer): Promise<void> {
    return this.rooms.join({ roomId, userId, servers: [through.name], content: {} })
  }

  say(roomId: RoomId, sender: UserId, body: string): Promise<EventId> {
    return this.rooms.send(roomId, { type: 'm.room.message', sender, content: { msgtype: 'm.text', body } })
  }

  setState(roomId: RoomId, sender: UserId, type: string, content: JsonObject, stateKey = ''): Promise<EventId> {
    return this.rooms.send(roomId, { type, stateKey, sender, content })
  }

  /** What clients see of the room, in order of arrival. */
  async timeline(roomId: RoomId): Promise<KnownEvent[]> {
    const { roomNid } = (await this.rooms.head(roomId)) ?? fail('The room is not known.')
    return (await this.rooms.newestEvents(roomNid, 0, Number.MAX_SAFE_INTEGER, 10_000)).reverse()
  }

  /** Bodies of the messages that clients see, in order of arrival. */
  async messages(roomId: RoomId): Promise<unknown[]> {
    return (await this.timeline(roomId)).flatMap(({ event }) =>
      event.type === 'm.room.message' ? event.content['body'] : [],
    )
  }

  /** The current state: event IDs by type and state key. */
  async state(roomId: RoomId): Promise<ReadonlyMap<string, EventId>> {
    const { stream } = this.running
    const { roomNid } = (await this.rooms.head(roomId)) ?? fail('The room is not known.')
    const name = (await this.rooms.stateNameAt(roomNid, stream.head)) ?? fail('The room has no state.')
    const entries = await this.rooms.stateEntries(name)
    const events = await this.rooms.eventsByNid(entries.map(({ eventNid }) => eventNid))
    const known = [...events.values()].map(({ event }) => event)
    return new Map(known.map(({ type, stateKey, eventId }) => [`${type} ${stateKey}`, eventId] as const).sort())
  }

  membership(roomId: RoomId, userId: UserId) {
    return this.rooms.membership(roomId, userId)
  }
}

const skipNews = statement<[number]>(
  'test.skip_news',
  `update follower set position = $1 where name = 'federation-outbound'`,
)

type TestModules = Pick<Running, 'accounts' | 'rooms' | 'e2ee' | 'ephemeral' | 'inbound'> & {
  readonly federation: FederationTransport
  readonly clock: FakeClock
  readonly federationAddress: undefined
}

const tenantOf = (
  serverName: ServerName,
  modules: TestModules,
  transport: FederationTransport,
): Tenant<TestModules> => ({
  serverName,
  modules,
  authenticateToken: () => fail('No client calls here.'),
  authenticateSigned: ({ method, uri, content, authorization }) =>
    transport.authenticateRequest({
      method,
      target: uri,
      authorization: authorization === undefined ? [] : [authorization],
      body: content,
    }),
})

const dispatchTo = (tenant: Tenant<TestModules>, log: Log) =>
  createDispatch({
    routes: mount<TestModules>({
      handlers: [...federationHandlers, ...e2eeFederationHandlers, handleQueryProfile],
      tenantAt: () => tenant,
      limiter: { take: () => 0 },
      acceptTokenInQuery: false,
      checkAnswers: true,
    }),
    ...edgeAnswers(log),
    draining: new AbortController().signal,
  })

/** Two servers that know nothing of each other yet. */
export async function twoServers(
  scope: TestScope,
): Promise<{ line: TestLine; alfa: TestServer; beta: TestServer; anna: UserId; bo: UserId }> {
  const line = new TestLine(scope)
  const alfa = await line.server('alfa.example')
  const beta = await line.server('beta.example')
  return { line, alfa, beta, anna: await alfa.user('anna'), bo: await beta.user('bo') }
}

/** Resolves when no server has anything left to send to one that answers, or to try again now. */
export async function settle(...servers: readonly TestServer[]): Promise<void> {
  const heads = () => servers.map(({ running }) => running.stream.head).join()
  // Twice the same: what is tried again shows others that its server is there, before it changes anything.
  for (let [same, before] = [0, '']; same < 2; ) {
    for (const { running } of servers) {
      await running.outbound.settled()
      await running.rooms.staging.idle()
      await running.e2ee.idle()
    }
    const now = heads()
    same = now === before ? same + 1 : 0
    before = now
  }
}

/** Both have the same state, and the same messages, whatever the order in which they came. */
export async function assertSame(roomId: RoomId, one: TestServer, other: TestServer): Promise<void> {
  assert.deepEqual(await one.state(roomId), await other.state(roomId))
  assert.deepEqual((await one.messages(roomId)).sort(), (await other.messages(roomId)).sort())
}

function fail(message: string): never {
  throw new Error(message)
}
