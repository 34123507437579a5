// One room's summary for one user, or for somebody who is not logged in.
// spec: client-server-api, GET /_matrix/client/v1/room_summary/{roomIdOrAlias}

import { notFound } from '#protocol/errors/errors.ts'
import type { RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, objectAt, stringAt } from '#protocol/json/json.ts'
import { isOpenToAll, type RoomSummary, summaryOf } from '#protocol/room-summary/room-summary.ts'
import type { Engine } from '../room/engine.ts'
import type { RoomHead } from '../room/room-head.ts'
import { type Membership, membershipCodes } from '../state/state-map.ts'
import { membershipInRoom } from '../store/read-memberships.ts'
import { isHere, readSummary } from './read-summary.ts'
import type { RemoteSpaces } from './remote-spaces.ts'
import { mayUserKnow, type OwnRooms, ownRooms } from './who-may-know.ts'

export interface SummaryRequest {
  readonly roomId: RoomId
  /** Undefined: not logged in, so no other server is asked for them. */
  readonly userId: UserId | undefined
  /** Asked when we are not in the room, the likeliest first. */
  readonly servers: readonly ServerName[]
  readonly signal?: AbortSignal
}

export interface SummaryForUser {
  readonly summary: RoomSummary
  /** Undefined: never had to do with the room, or not logged in. */
  readonly membership: Membership | undefined
}

const nobody: OwnRooms = new Map()

/** @throws 404 where the room is not found, or may not be told to this user. */
export async function summaryForUser(
  engine: Engine,
  spaces: RemoteSpaces,
  request: SummaryRequest,
): Promise<SummaryForUser> {
  const { roomId, userId } = request
  const own = userId === undefined ? nobody : await ownRooms(engine, userId)
  const summary = await find(engine, spaces, request)
  const may = summary && (userId === undefined ? isOpenToAll(summary) : mayUserKnow(summary, own))
  if (!summary || !may) throw notFound('There is no room of this name that you may look at. Ask for an invitation.')
  return { summary, membership: own.get(roomId) }
}

async function find(
  engine: Engine,
  spaces: RemoteSpaces,
  { roomId, userId, servers, signal }: SummaryRequest,
): Promise<RoomSummary | undefined> {
  const head = (await engine.room(roomId))?.committed
  if (isHere(head, engine.parts.serverName)) return readSummary(engine, head)
  if (userId === undefined) return undefined
  // Somebody may have invited them a moment ago.
  const told = await spaces.ask(roomId, servers, { signal, again: true })
  return told?.room ?? (head && toldWithInvite(engine, head, userId))
}

/** What came with an invite, or with the answer to a knock, where no server of the room answers. How many are in it is not told. */
async function toldWithInvite(engine: Engine, head: RoomHead, userId: UserId): Promise<RoomSummary | undefined> {
  const row = await engine.parts.database.one(membershipInRoom, head.roomNid, userId)
  const isOutside = row?.membership === membershipCodes.invite || row?.membership === membershipCodes.knock
  if (!isOutside || row.stripped_state === null) return undefined
  const contents = new Map<string, { readonly content: JsonObject }>()
  // It was checked and written by whoever took the invite in.
  for (const event of JSON.parse(row.stripped_state) as readonly JsonObject[]) {
    const content = objectAt(event, 'content')
    if (stringAt(event, 'state_key') === '' && content) contents.set(stringAt(event, 'type') ?? '', { content })
  }
  const room = { roomId: head.roomId, roomVersion: head.version.id, joined: 0 }
  return summaryOf(room, { get: (type) => contents.get(type) })
}
