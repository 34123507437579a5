// A server with accounts, rooms, keys and ephemeral messages over a fresh PostgreSQL, and devices that sync with it: nothing in it is a
// stand-in for a module of ours.
// spec: docs/architecture.md (tests)

import { Accounts } from '#accounts/accounts.ts'
import { testOptions } from '#accounts/test-accounts.ts'
import { E2ee } from '#e2ee/e2ee.ts'
import { Ephemeral } from '#ephemeral/ephemeral.ts'
import type { FakeClock } from '#platform/clock/clock.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import type { TestScope } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import { seededRandom } from '#platform/random/random.ts'
import {
  type DeviceId,
  type EventId,
  parseDeviceId,
  parseServerName,
  type RoomId,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject, member } from '#protocol/json/json.ts'
import type { Rooms } from '#rooms/rooms.ts'
import { roomsForTests, type TestEngine, type TestRooms } from '#rooms/rooms-for-tests.ts'
import { Sync, type SyncRequest } from './sync.ts'

export interface SyncServer {
  readonly clock: FakeClock
  readonly rooms: Rooms
  readonly engine: TestRooms
  readonly accounts: Accounts
  readonly e2ee: E2ee
  readonly ephemeral: Ephemeral
  readonly sync: Sync
  /** The same server after a restart. */
  restarted(): Promise<SyncServer>
}

const silent = logTo({ write() {} })
const crypto = loadCrypto()

export async function syncServer(scope: TestScope): Promise<SyncServer> {
  const engine = await roomsForTests(scope)
  return serverOver(scope, engine, engine)
}

async function serverOver(
  scope: TestScope,
  engine: TestRooms,
  { rooms, stream, transport }: TestEngine,
): Promise<SyncServer> {
  const { clock, database } = engine
  const serverName = parseServerName('alfa.example') ?? fail('The server name is none.')
  const random = seededRandom(7)
  const shared = { serverName, database, stream, clock, random, log: silent }
  const accounts = new Accounts({ ...shared, options: testOptions })
  const sharing = {
    usersSharingRoomsWith: (userId: UserId) => rooms.usersSharingRoomsWith(userId),
    serversSharingRoomsWith: (userId: UserId) => rooms.serversSharingRoomsWith(userId),
    localUsersSharingRoomsWith: (userId: UserId) => rooms.localUsersSharingRoomsWith(userId),
    sharesRoom: (userId: UserId, others: readonly UserId[]) => rooms.sharesRoom(userId, others),
    // Only asked of users of other servers, of whom there are none here.
    sharesRoomSince: async () => new Map<UserId, number>(),
  }
  const parts = {
    ...shared,
    crypto,
    transport,
    sharing,
    devices: accounts.devices,
    deviceKeyRules: 'strict',
    shareDeviceNames: true,
  } as const
  const e2ee = new E2ee(parts)
  const ephemeral = await Ephemeral.open({
    ...shared,
    rooms,
    accountData: accounts.accountData,
    options: { presence: true },
  })
  const sync = new Sync({ rooms, stream, clock, database, sources: { accounts, encryption: e2ee, ephemeral } })
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await sync.stop()
    await ephemeral.stop()
    await e2ee.idle()
    await accounts.stop()
    await stream.idle()
  }
  scope.after(stop)
  const restarted = async () => {
    await stop()
    return serverOver(scope, engine, await engine.again())
  }
  return { clock, rooms, engine, accounts, e2ee, ephemeral, sync, restarted }
}

/** A device of an account, logged in. */
export async function aDevice(server: SyncServer, userId: UserId, name = 'PHONE'): Promise<Device> {
  const deviceId = parseDeviceId(name) ?? fail(`${name} is no device ID.`)
  const password = 'lösenord för provet'
  if ((await server.accounts.users.get(userId)) === undefined) {
    await server.accounts.createUser({ username: userId.slice(1, -serverNameOf(userId).length - 1), password })
  }
  const identifier = { type: 'm.id.user', user: userId }
  await server.accounts.login({ type: 'm.login.password', identifier, password, device_id: name })
  return new Device(server.sync, userId, deviceId)
}

export type Asked = Partial<Omit<SyncRequest, 'userId' | 'deviceId' | 'filter'>> & { readonly filter?: JsonObject }

/** A client: keeps its token, and sees answers as clients do. */
export class Device {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly sync: Sync
  since: string | undefined

  constructor(sync: Sync, userId: UserId, deviceId: DeviceId) {
    this.sync = sync
    this.userId = userId
    this.deviceId = deviceId
  }

  /** The same device at the server after a restart. */
  at(server: SyncServer): Device {
    const device = new Device(server.sync, this.userId, this.deviceId)
    device.since = this.since
    return device
  }

  /** Asks from where it stands, and goes on from the answer. */
  async ask(asked: Asked = {}): Promise<Seen> {
    const { filter, ...rest } = asked
    const text = await this.sync.answer({
      signal: new AbortController().signal,
      draining: new AbortController().signal,
      since: this.since,
      ...rest,
      filter: filter && JSON.stringify(filter),
      userId: this.userId,
      deviceId: this.deviceId,
    })
    const seen = new Seen(JSON.parse(text) as JsonObject)
    this.since = seen.token
    return seen
  }
}

/** An answer, looked at by path. */
export class Seen {
  readonly body: JsonObject

  constructor(body: JsonObject) {
    this.body = body
  }

  get token(): string {
    return String(this.body['next_batch'])
  }

  at(...path: readonly string[]): Json | undefined {
    let value: Json | undefined = this.body
    for (const name of path) value = isObject(value) ? member(value, name) : undefined
    return value
  }

  events(...path: readonly string[]): JsonObject[] {
    const list = this.at(...path, 'events')
    return Array.isArray(list) ? list.filter(isObject) : []
  }

  timeline(roomId: RoomId, section = 'join'): JsonObject[] {
    return this.events('rooms', section, roomId, 'timeline')
  }

  bodies(roomId: RoomId): (Json | undefined)[] {
    return this.timeline(roomId).map((event) => (isObject(event['content']) ? event['content']['body'] : undefined))
  }

  /** `type|state_key` of the state that is told, sorted. */
  stateKeys(roomId: RoomId, member = 'state', section = 'join'): string[] {
    return this.events('rooms', section, roomId, member)
      .map((event) => `${event['type']}|${event['state_key']}`)
      .sort()
  }

  ids(roomId: RoomId): EventId[] {
    return this.timeline(roomId).map((event) => event['event_id'] as EventId)
  }

  /** Names of the members of the answer beside the token and the counts of keys. */
  get news(): string[] {
    return Object.keys(this.body).filter(
      (name) => name !== 'next_batch' && !name.includes('device_one_time_keys_count') && !name.includes('fallback'),
    )
  }
}

/** Lets what is under way go as far as it gets without anybody turning the clock. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

function fail(message: string): never {
  throw new Error(message)
}
