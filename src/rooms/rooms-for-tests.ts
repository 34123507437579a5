// A room engine over a fresh PostgreSQL, with a clock that the test turns, seeded randomness and real cryptography: for tests of this
// module and of those above it. Other servers are reached by loop-back: those that the test has registered, and no others.
// spec: docs/architecture.md (tests)

import { after } from 'node:test'
import {
  createFederationTransport,
  type FederationTransport,
  Loopback,
  loopbackNetwork,
} from '#federation/transport/transport.ts'
import { FakeClock } from '#platform/clock/clock.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { type Schema, statement } from '#platform/database/database.ts'
import { type TestScope, testDatabase } from '#platform/database/test-database.ts'
import { logTo } from '#platform/log/log.ts'
import { seededRandom } from '#platform/random/random.ts'
import { type OpenStream, openStream } from '#platform/stream/stream.ts'
import { parseServerName, parseUserId, type RoomId, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { RoomVersionId } from '#protocol/room-versions/room-versions.ts'
import type { NewRoom } from './create-room.ts'
import type { KnownEvent } from './room/known-event.ts'
import { Rooms } from './rooms.ts'

export interface TestEngine {
  readonly rooms: Rooms
  readonly stream: OpenStream
  readonly transport: FederationTransport
}

export interface TestRooms extends TestEngine {
  readonly clock: FakeClock
  readonly database: Schema
  /** An engine of another process, or of the same one after a restart, over the same database. */
  again(): Promise<TestEngine>
}

export interface TestRoomsOptions {
  readonly serverName?: string
  readonly loopback?: Loopback
  readonly clock?: FakeClock
}

const silent = logTo({ write() {} })
const crypto = loadCrypto()
/** Seeds differ between engines, as randomness does between processes. */
const FIRST_SEED = 1

/** A scope that ends with the test file. Call it at the top of the file: within a hook it would end with the hook. */
export function scopeOfFile(): TestScope {
  const ends: (() => void | Promise<void>)[] = []
  after(async () => {
    for (const end of ends.reverse()) await end()
  })
  return { after: (act: () => void | Promise<void>) => void ends.push(act) }
}

export async function roomsForTests(scope: TestScope, options: TestRoomsOptions = {}): Promise<TestRooms> {
  const { clock = new FakeClock(), loopback = new Loopback() } = options
  const serverName = parseServerName(options.serverName ?? 'alfa.example') ?? fail('The server name is none.')
  const { database } = await testDatabase(scope)
  const key = crypto.signingKeyFromSeed(new Uint8Array(32).fill(serverName.length), 'a')
  let seed = FIRST_SEED
  const again = async (): Promise<TestEngine> => {
    const random = seededRandom(seed++)
    const stream = await openStream({ schema: database, clock, log: silent })
    const transport = createFederationTransport({
      serverName,
      signingKeys: { current: [key], old: [] },
      database,
      clock,
      random,
      log: silent,
      crypto,
      network: loopbackNetwork(loopback),
    })
    const parts = { serverName, database, stream, clock, random, crypto, signingKey: () => key, transport, log: silent }
    return { rooms: await Rooms.open(parts), stream, transport }
  }
  return { clock, database, again, ...(await again()) }
}

/** `@name:alfa.example`, or at another server. */
export const aUserId = (name: string, server = 'alfa.example'): UserId =>
  parseUserId(`@${name}:${server}`) ?? fail(`${name} is no user name.`)

export const anna = aUserId('anna')
export const bo = aUserId('bo')
export const cia = aUserId('cia')

/** A room as a client would ask for it; public unless told, so that others can join. */
export const aRoom = (more: Partial<NewRoom> & { readonly version?: RoomVersionId } = {}): NewRoom => ({
  creator: anna,
  version: '12',
  preset: 'public_chat',
  profileOf: async (userId) => ({ displayname: userId.slice(1, userId.indexOf(':')) }),
  ...more,
})

export const aMessage = (body: string, sender = anna) => ({
  type: 'm.room.message',
  sender,
  content: { msgtype: 'm.text', body } satisfies JsonObject,
})

export const joins = (roomId: RoomId, userId: UserId) =>
  ({ roomId, sender: userId, target: userId, membership: 'join' }) as const

/** All events of a room that clients can see, in the order of arrival. */
export async function timelineOf(rooms: Rooms, roomId: RoomId): Promise<KnownEvent[]> {
  const head = await rooms.head(roomId)
  if (!head) return fail('The room is not known.')
  return (await rooms.newestEvents(head.roomNid, 0, Number.MAX_SAFE_INTEGER, 10_000)).reverse()
}

const countRooms = statement<[], { rooms: number }>('test.count_rooms', 'select count(*)::int as rooms from room')

/** Rooms in the database, those without any event too. */
export const roomCount = async (database: Schema): Promise<number> => (await database.one(countRooms))?.rooms ?? 0

function fail(message: string): never {
  throw new Error(message)
}
