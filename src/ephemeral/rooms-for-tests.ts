// Accounts, rooms and what people see of each other over a fresh PostgreSQL, with a clock that the test turns: for tests of this
// module and of those above it.
// spec: docs/architecture.md (tests)

import { after, before } from 'node:test'
import type { Accounts } from '#accounts/accounts.ts'
import { accountsForTests, aUser, type TestAccounts } from '#accounts/test-accounts.ts'
import { createFederationTransport, NetworkError } from '#federation/transport/transport.ts'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { logTo } from '#platform/log/log.ts'
import { seededRandom } from '#platform/random/random.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { Rooms } from '#rooms/rooms.ts'
import { Ephemeral } from './ephemeral.ts'

export interface TestRooms extends TestAccounts {
  readonly accounts: Accounts
  readonly rooms: Rooms
  readonly ephemeral: Ephemeral
  /** For hooks of the test file: resolves when everything is there. */
  readonly settled: Promise<void>
  /** Another process over the same database. */
  reopen(): Promise<Ephemeral>
  /** A user of ours with an account. */
  user(name: string): Promise<UserId>
  /** A room of version 11 that everybody may join, with its first user and more. Users of other servers join as by a PDU of theirs. */
  room(creator: UserId, ...others: readonly UserId[]): Promise<RoomId>
  say(roomId: RoomId, sender: UserId, body?: string, more?: JsonObject): Promise<EventId>
}

export function roomsForTests(): TestRooms {
  const base = accountsForTests()
  const opened: Ephemeral[] = []
  const settled = Promise.withResolvers<void>()
  settled.promise.catch(() => {})
  let rooms: Rooms | undefined
  const open = async () => {
    const { serverName, clock, accounts } = base
    const log = logTo({ write() {} })
    const parts = { serverName, clock, log, database: base.database, stream: base.stream, rooms: rooms ?? fail() }
    const ephemeral = await Ephemeral.open({
      ...parts,
      accountData: accounts.accountData,
      options: { presence: true },
    })
    opened.push(ephemeral)
    return ephemeral
  }
  before(async () => {
    try {
      await base.ready
      rooms = await openRooms(base)
      await open()
      settled.resolve()
    } catch (error) {
      settled.reject(error)
      throw error
    }
  })
  after(async () => {
    for (const ephemeral of opened) await ephemeral.stop()
  })
  const get = () => rooms ?? fail()
  // Not copied: its members are there only once the hooks have run.
  return Object.defineProperties(Object.create(base) as TestRooms, {
    rooms: { get },
    ephemeral: { get: () => opened[0] ?? fail() },
    settled: { value: settled.promise },
    reopen: { value: open },
    user: { value: async (name: string) => (await aUser(base.accounts, name)).session.userId },
    room: { value: (creator: UserId, ...others: readonly UserId[]) => makeRoom(get(), creator, others) },
    say: {
      value: (roomId: RoomId, sender: UserId, body = 'hej', more: JsonObject = {}) =>
        get().send(roomId, { type: 'm.room.message', sender, content: { msgtype: 'm.text', body, ...more } }),
    },
  })
}

function openRooms({ serverName, database, stream, clock }: TestAccounts): Promise<Rooms> {
  const crypto = loadCrypto()
  const key = crypto.signingKeyFromSeed(new Uint8Array(32).fill(7), 'a')
  const random = seededRandom(1)
  const log = logTo({ write() {} })
  const transport = createFederationTransport({
    serverName,
    signingKeys: { current: [key], old: [] },
    database,
    clock,
    random,
    log,
    crypto,
    network: { exchange: () => Promise.reject(new NetworkError('connection')) },
  })
  return Rooms.open({ serverName, database, stream, clock, random, crypto, signingKey: () => key, transport, log })
}

async function makeRoom(rooms: Rooms, creator: UserId, others: readonly UserId[]): Promise<RoomId> {
  const profileOf = () => Promise.resolve({})
  const roomId = await rooms.create({ creator, version: '11', preset: 'public_chat', profileOf })
  for (const target of others) await rooms.changeMembership({ roomId, sender: target, target, membership: 'join' })
  return roomId
}

function fail(): never {
  throw new Error('The test has asked for something that is not there yet.')
}
