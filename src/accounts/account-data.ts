// Account data: what clients keep for a user on the server, global or per room. Each change is a fact that sync follows.
// spec: client-server-api #client-config; modules/account_data

import type { Database } from '#platform/database/database.ts'
import { type Fact, type Position, type Stream, type WriterRow, write } from '#platform/stream/stream.ts'
import { forbidden, invalidParam, MatrixError, tooLarge } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'
import {
  type AccountDataRow,
  deleteAccountData,
  selectAccountData,
  selectAccountDataInRooms,
  selectAccountDataOfPlaces,
  selectAccountDataOfRoom,
  selectAccountDataPlace,
  selectAccountDataSince,
  selectAllAccountData,
  upsertAccountData,
} from './store/account-data.ts'
import type { UserTurns } from './user-turns.ts'

export interface AccountDataKey {
  readonly userId: UserId
  /** Undefined: global. */
  readonly roomId?: RoomId
  readonly type: string
}

export interface AccountDataEntry {
  /** Undefined: global. */
  readonly roomId: RoomId | undefined
  readonly type: string
  /** JSON text of the content object, ready to be sent. */
  readonly content: string
  readonly position: Position
}

/** What a change of account data adds to an act. */
export interface AccountDataChange {
  readonly fact: Fact
  /** The row, for the fact at index `fact` of the act. */
  row(fact: number): WriterRow
}

/** `m.direct` of a very social person has some 100 KiB. */
const MAX_CONTENT_BYTES = 256 * 1024
const MAX_TYPE_BYTES = 255
/** Types of one user in one place. An initial sync carries all of them. Secrets, widgets and settings of all clients together use some fifty. */
const MAX_TYPES_GLOBAL = 1000
const MAX_TYPES_PER_ROOM = 100

/** Account data that only the server sets: clients have endpoints of their own for these. */
const managedTypes: ReadonlyMap<string, string> = new Map([
  ['m.fully_read', 'Use /rooms/{roomId}/read_markers to set the read marker.'],
  ['m.push_rules', 'Use /pushrules to change push rules.'],
])

export class AccountData {
  readonly #database: Database
  readonly #stream: Stream
  readonly #turns: UserTurns

  constructor(parts: { database: Database; stream: Stream; turns: UserTurns }) {
    this.#database = parts.database
    this.#stream = parts.stream
    this.#turns = parts.turns
  }

  async get(key: AccountDataKey): Promise<AccountDataEntry | undefined> {
    const row = await this.#database.one(selectAccountData, key.userId, key.roomId ?? '', key.type)
    return row && entryFromRow(row)
  }

  /**
   * Sets account data as a client may.
   *
   * @throws 405 `M_BAD_JSON` for the types that the server manages; `M_TOO_LARGE`, `M_INVALID_PARAM`; 403 over 1,000 types (100 in a room).
   */
  async setByClient(key: AccountDataKey, content: JsonObject): Promise<void> {
    refuseManaged(key.type)
    await this.set(key, content)
  }

  /** Sets account data, also of a type that clients may not set. */
  async set(key: AccountDataKey, content: JsonObject): Promise<void> {
    const change = accountDataChange(key, content)
    await this.#turns.run(key.userId, async () => {
      await this.#refuseOverfull(key)
      await this.#stream.append({ facts: [change.fact], rows: [change.row(0)] })
    })
  }

  /** Changes in (after, upTo], in order, each entry at its latest change. */
  async since(userId: UserId, after: Position, upTo: Position): Promise<AccountDataEntry[]> {
    return (await this.#database.run(selectAccountDataSince, userId, after, upTo)).map(entryFromRow)
  }

  /** One type in all rooms. */
  async inRooms(userId: UserId, type: string): Promise<AccountDataEntry[]> {
    return (await this.#database.run(selectAccountDataInRooms, userId, type)).map(entryFromRow)
  }

  /** Everything of some rooms up to a position; '' is the place of the global data. */
  async inPlaces(userId: UserId, places: readonly (RoomId | '')[], upTo: Position): Promise<AccountDataEntry[]> {
    if (places.length === 0) return []
    return (await this.#database.run(selectAccountDataOfPlaces, userId, places, upTo)).map(entryFromRow)
  }

  /** Everything up to a position. Bounded by the numbers of types and of the user's rooms. */
  async all(userId: UserId, upTo: Position): Promise<AccountDataEntry[]> {
    return (await this.#database.run(selectAllAccountData, userId, upTo)).map(entryFromRow)
  }

  /** What the user keeps for one room. */
  async ofRoom(userId: UserId, roomId: RoomId): Promise<AccountDataEntry[]> {
    return (await this.#database.run(selectAccountDataOfRoom, userId, roomId)).map(entryFromRow)
  }

  async #refuseOverfull(key: AccountDataKey): Promise<void> {
    const place = await this.#database.one(selectAccountDataPlace, key.userId, key.roomId ?? '', key.type)
    if (place === undefined || place.known) return
    if (place.types < (key.roomId === undefined ? MAX_TYPES_GLOBAL : MAX_TYPES_PER_ROOM)) return
    throw forbidden('accounts/too-many-types', 'There are too many types of account data here. Use one of those.')
  }
}

/**
 * One change of account data as a part of somebody's act (the read marker with its receipt, for example).
 *
 * @throws `M_TOO_LARGE`, `M_INVALID_PARAM`.
 */
export function accountDataChange({ userId, roomId, type }: AccountDataKey, content: JsonObject): AccountDataChange {
  if (type === '' || !fitsIn(type, MAX_TYPE_BYTES) || type.includes('\0')) {
    throw invalidParam(`The type of account data has 1 to ${MAX_TYPE_BYTES} bytes.`)
  }
  const text = JSON.stringify(content)
  if (!fitsIn(text, MAX_CONTENT_BYTES)) {
    throw tooLarge(`One piece of account data has at most ${MAX_CONTENT_BYTES / 1024} KiB.`)
  }
  return {
    fact: { kind: 'account-data', user: userId, room: roomId, payload: { type } },
    row: (fact) => write(upsertAccountData, { userId, roomId: roomId ?? '', type, content: text }, fact),
  }
}

/** Removes all account data of a user: for erasure, as a part of its act. */
export const accountDataErasure = (userId: UserId): WriterRow => write(deleteAccountData, { userId })

function refuseManaged(type: string): void {
  const instead = managedTypes.get(type)
  if (instead === undefined) return
  throw new MatrixError({ status: 405, errcode: 'M_BAD_JSON', message: `The server keeps ${type}. ${instead}` })
}

const entryFromRow = (row: AccountDataRow): AccountDataEntry => ({
  roomId: row.room_id === '' ? undefined : (row.room_id as RoomId),
  type: row.type,
  content: row.content,
  position: row.position,
})
