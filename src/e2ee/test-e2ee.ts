// Servers with accounts and keys over real databases, joined by a wire of JSON: for the tests of this module.
// spec: docs/architecture.md (tests)

import { Accounts } from '#accounts/accounts.ts'
import type { Failure } from '#federation/transport/transport.ts'
import { FakeClock } from '#platform/clock/clock.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import type { Schema } from '#platform/database/database.ts'
import type { TestScope } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import { type Random, seededRandom } from '#platform/random/random.ts'
import type { OpenStream } from '#platform/stream/stream.ts'
import { testStream } from '#platform/stream/test-stream.ts'
import type { SigningKey } from '#protocol/crypto/crypto.ts'
import {
  type DeviceId,
  parseDeviceId,
  parseServerName,
  parseUserId,
  type ServerName,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt } from '#protocol/json/json.ts'
import { textToSign } from '#protocol/signing/signing.ts'
import { E2ee, type E2eeParts } from './e2ee.ts'
import { withSignature } from './signed-keys.ts'

export interface TestServer {
  readonly name: ServerName
  readonly e2ee: E2ee
  readonly accounts: Accounts
  readonly database: Schema
  readonly stream: OpenStream
  readonly clock: FakeClock
  /** Servers that ours cannot reach. */
  readonly cut: Set<ServerName>
  /** Questions asked of other servers, by name. */
  readonly asked: string[]
  /** A device of a user, logged in. */
  device(user: string, deviceId: string): Promise<TestDevice>
  /** Another process of the same server. */
  again(): E2ee
}

/** A device with real keys. */
export interface TestDevice {
  readonly userId: UserId
  readonly deviceId: DeviceId
  readonly key: SigningKey
  readonly keys: JsonObject
}

/** Who shares a room with whom, since when. */
export class TestRooms {
  readonly #rooms = new Map<string, Map<UserId, number>>()

  join(room: string, position: number, ...users: UserId[]): void {
    const members = this.#rooms.get(room) ?? new Map<UserId, number>()
    for (const user of users) members.set(user, position)
    this.#rooms.set(room, members)
  }

  leave(room: string, user: UserId): void {
    this.#rooms.get(room)?.delete(user)
  }

  since(one: UserId, other: UserId): number | undefined {
    const since = [...this.#rooms.values()].flatMap((members) => {
      const [a, b] = [members.get(one), members.get(other)]
      return a === undefined || b === undefined ? [] : [Math.max(a, b)]
    })
    return since.length === 0 ? undefined : Math.min(...since)
  }

  others(user: UserId): UserId[] {
    const rooms = [...this.#rooms.values()].filter((members) => members.has(user))
    return [...new Set(rooms.flatMap((members) => [...members.keys()]))]
  }

  sharingAt(server: ServerName): E2eeParts['sharing'] {
    return {
      localUsersSharingRoomsWith: async (user) => this.others(user).filter((other) => serverNameOf(other) === server),
      sharesRoom: async (user, others) => new Set(others.filter((other) => this.since(user, other) !== undefined)),
      sharesRoomSince: async (user, others) =>
        new Map(
          others.flatMap((other) => {
            const since = this.since(user, other)
            return since === undefined ? [] : [[other, since] as const]
          }),
        ),
    }
  }
}

/** What ends with a test file, the last first: servers before their databases. Call it with `after` of node:test, outside of hooks. */
export function fileScope(after: (act: () => Promise<void>) => void): TestScope {
  const ends: (() => Promise<void> | void)[] = []
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  return { after: (act) => void ends.push(act) }
}

/** The servers of a test, by name; each asks the others over the wire. */
export class TestNetwork {
  readonly servers = new Map<ServerName, TestServer>()

  transportOf(own: () => Pick<TestServer, 'cut' | 'asked'>): E2eeParts['transport'] {
    const ask = async <T>(to: ServerName, what: string, act: (e2ee: E2ee) => Promise<T>) => {
      own().asked.push(what)
      const server = this.servers.get(to)
      if (server === undefined || own().cut.has(to)) return { ok: false, failure: unreachable(to) } as const
      return { ok: true, value: wire(await act(server.e2ee)) } as const
    }
    return {
      onAlive: () => () => {},
      getUserDevices: async (to, userId) => {
        const outcome = await ask(to, `devices ${userId}`, (e2ee) => e2ee.deviceListForServer(userId))
        if (!outcome.ok) return outcome
        const { stream_id: streamId, devices, master_key: masterKey, self_signing_key: selfSigningKey } = outcome.value
        const read = devices.map((device) => ({
          deviceId: device.device_id,
          keys: device.keys,
          displayName: device.device_display_name,
        }))
        return { ok: true, value: { userId, streamId, devices: read, masterKey, selfSigningKey } }
      },
      queryUserKeys: async (to, asked) => {
        const outcome = await ask(to, 'query', (e2ee) => e2ee.queryKeysForServer(asked))
        if (!outcome.ok) return outcome
        const { device_keys, master_keys, self_signing_keys } = outcome.value
        return {
          ok: true,
          value: {
            deviceKeys: nested(device_keys),
            masterKeys: mapOf(master_keys),
            selfSigningKeys: mapOf(self_signing_keys),
          },
        }
      },
      claimUserKeys: async (to, claims) => {
        const outcome = await ask(to, 'claim', (e2ee) => e2ee.claimKeysForServer(claims))
        return outcome.ok ? { ok: true, value: nested(outcome.value) } : outcome
      },
    }
  }
}

const unreachable = (destination: ServerName): Failure => ({ kind: 'unreachable', destination, reason: 'connection' })
const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const mapOf = (object: { [user: string]: JsonObject }) => new Map(Object.entries(object)) as Map<UserId, JsonObject>
const nested = (object: { [user: string]: { [device: string]: JsonObject } }) =>
  new Map(Object.entries(object).map(([user, devices]) => [user, new Map(Object.entries(devices))])) as unknown as Map<
    UserId,
    Map<DeviceId, JsonObject>
  >

const crypto = loadCrypto()

export interface TestServerOptions {
  readonly network: TestNetwork
  readonly rooms: TestRooms
  readonly rules?: E2eeParts['deviceKeyRules']
  readonly shareDeviceNames?: boolean
}

export async function testServer(scope: TestScope, name: string, options: TestServerOptions): Promise<TestServer> {
  const serverName = parseServerName(name) ?? fail()
  const clock = new FakeClock()
  const { database, stream } = await testStream(scope)
  const random = seededRandom(name.length + name.charCodeAt(0))
  const log = logTo({ write() {} })
  const accounts = new Accounts({ serverName, database, stream, clock, random, log, options: accountsOptions })
  const parts = {
    serverName,
    database,
    stream,
    clock,
    random,
    crypto,
    log,
    transport: options.network.transportOf(() => server),
    sharing: options.rooms.sharingAt(serverName),
    devices: accounts.devices,
    deviceKeyRules: options.rules ?? 'strict',
    shareDeviceNames: options.shareDeviceNames ?? true,
  } as const
  const server: TestServer = {
    name: serverName,
    e2ee: new E2ee(parts),
    accounts,
    database,
    stream,
    clock,
    cut: new Set(),
    asked: [],
    device: (user, deviceId) => logIn(accounts, { user: `@${user}:${name}`, deviceId, random }),
    again: () => new E2ee(parts),
  }
  options.network.servers.set(serverName, server)
  scope.after(async () => {
    await server.e2ee.idle()
    await accounts.stop()
    await stream.idle()
  })
  return server
}

const accountsOptions: ConstructorParameters<typeof Accounts>[0]['options'] = {
  registration: 'open',
  guests: true,
  mayLoginByPassword: true,
  mayChangePassword: true,
  mayGetLoginToken: true,
  defaultRoomVersion: '12',
  passwords: { minimumLength: 8, memoryKiB: 64, passes: 1 },
  passwordAttempts: undefined,
  accessTokenLifetime: 300_000,
  sharedSecret: undefined,
  baseUrl: undefined,
}

async function logIn(
  accounts: Accounts,
  { user, deviceId, random }: { user: string; deviceId: string; random: Random },
): Promise<TestDevice> {
  const userId = parseUserId(user) ?? fail()
  const password = 'lösenord för provet'
  if ((await accounts.users.get(userId)) === undefined) {
    await accounts.createUser({ username: user.slice(1, user.indexOf(':')), password })
  }
  const identifier = { type: 'm.id.user', user }
  await accounts.login({ type: 'm.login.password', identifier, password, device_id: deviceId })
  return deviceWithKeys(userId, parseDeviceId(deviceId) ?? fail(), random)
}

/** Fresh keys of a device, signed by itself. */
export function deviceWithKeys(userId: UserId, deviceId: DeviceId, random: Random): TestDevice {
  const key = crypto.signingKeyFromSeed(random.bytes(32), 'test')
  const keys = signedBy(
    {
      user_id: userId,
      device_id: deviceId,
      algorithms: ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'],
      keys: { [`ed25519:${deviceId}`]: key.publicKey, [`curve25519:${deviceId}`]: random.text(43) },
    },
    userId,
    `ed25519:${deviceId}`,
    key,
  )
  return { userId, deviceId, key, keys }
}

/** A key object with one more signature. */
export const signedBy = (object: JsonObject, userId: UserId, keyId: string, key: SigningKey): JsonObject =>
  withSignature(object, userId, keyId, key.sign(textToSign(object)))

export const newSigningKey = (random: Random): SigningKey => crypto.signingKeyFromSeed(random.bytes(32), 'test')

/** A cross-signing key of a user; signed by `master` if given. */
export function crossSigningKey(userId: UserId, usage: string, key: SigningKey, master?: SigningKey): JsonObject {
  const object = { user_id: userId, usage: [usage], keys: { [`ed25519:${key.publicKey}`]: key.publicKey } }
  return master === undefined ? object : signedBy(object, userId, `ed25519:${master.publicKey}`, master)
}

/** The signatures of a user over a key. */
export const signaturesIn = (keys: JsonObject | undefined, userId: UserId): readonly string[] =>
  Object.keys(objectAt(objectAt(keys ?? {}, 'signatures') ?? {}, userId) ?? {})

/** Hands everything that one server wants to tell of its users to another, as its outbound side would. */
export async function deliverUpdates(from: TestServer, to: TestServer, after = 0): Promise<void> {
  for (const { edu } of await from.e2ee.outgoingDeviceListUpdates(after, from.stream.head, 1_000))
    await receive(from, to, edu)
}

/** One EDU. */
export async function receive(from: TestServer, to: TestServer, edu: string): Promise<void> {
  const { edu_type, content } = JSON.parse(edu) as { edu_type: string; content: JsonObject }
  if (edu_type === 'm.device_list_update') await to.e2ee.receiveDeviceListUpdate(from.name, content)
  if (edu_type === 'm.signing_key_update') await to.e2ee.receiveSigningKeyUpdate(from.name, content)
  if (edu_type === 'm.direct_to_device') await to.e2ee.receiveToDevice(from.name, content)
}

/** Lets the follower of devices do what there is to do. */
export async function followDevices(server: TestServer, after = 0): Promise<void> {
  const follower = server.e2ee.deviceFollower()
  await follower.handle(await follower.read(after, server.stream.head, follower.batch))
}

function fail(): never {
  throw new Error('The test names something that cannot be.')
}
