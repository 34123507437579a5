// People whom a user may find, and the rooms that two users share.
// spec: client-server-api, POST /user_directory/search, GET /v1/mutual_rooms

import { invalidParam } from '#protocol/errors/errors.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { wordsOf } from '../index/words.ts'
import type { Engine } from '../room/engine.ts'
import { countRoomsInCommon, roomsInCommon } from '../store/mutual-rooms.ts'
import { findPeople } from '../store/person-names.ts'

export interface PeopleRequest {
  readonly userId: UserId
  readonly searchTerm: string
  readonly limit: number
}

export interface Person {
  readonly userId: UserId
  readonly displayName: string | undefined
  readonly avatarUrl: string | undefined
}

/** Words of a search that are looked at. */
const MOST_WORDS = 10

/** Whose names and user IDs have words that begin with the words asked for. */
export async function searchPeople(
  engine: Engine,
  { userId, searchTerm, limit }: PeopleRequest,
  { allOfOurs }: { readonly allOfOurs: boolean },
): Promise<{ readonly people: readonly Person[]; readonly limited: boolean }> {
  const words = wordsOf(searchTerm).slice(0, MOST_WORDS)
  const [first] = words
  if (first === undefined) return { people: [], limited: false }
  // Words are letters and digits only: nothing in them is the database's syntax.
  const query = words.map((word) => `'${word}':*`).join(' & ')
  const rows = await engine.parts.database.run(findPeople, userId, query, allOfOurs, limit + 1, first)
  const people = rows.slice(0, limit).map((row) => ({
    userId: row.user_id as UserId,
    displayName: row.display_name ?? undefined,
    avatarUrl: row.avatar_url ?? undefined,
  }))
  return { people, limited: rows.length > limit }
}

/** Rooms told at once. */
const PAGE = 100
const tokenForm = /^m(\d{1,10})$/

/** Rooms that both are in. @throws 400 for a token that we did not give. */
export async function findMutualRooms(
  engine: Engine,
  { userId, other, from }: { readonly userId: UserId; readonly other: UserId; readonly from: string | undefined },
): Promise<{ readonly rooms: readonly RoomId[]; readonly count: number; readonly next: string | undefined }> {
  const { database } = engine.parts
  const after = from === undefined ? 0 : Number(tokenForm.exec(from)?.[1])
  if (!(after < 2 ** 31)) throw invalidParam('The token was not given out by this server. Start again without it.')
  const [rows, counted] = await Promise.all([
    database.run(roomsInCommon, userId, other, after, PAGE + 1),
    database.one(countRoomsInCommon, userId, other),
  ])
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  return {
    rooms: page.map((row) => row.room_id as RoomId),
    count: counted?.rooms ?? 0,
    next: rows.length > PAGE && last ? `m${last.room_nid}` : undefined,
  }
}
