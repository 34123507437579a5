// What clients need to give a room a name: its members' number, and whom it is called after when it has no name of its own.
// spec: client-server-api, GET /_matrix/client/v3/sync (RoomSummary); modules/room_name.md

import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { stringAt } from '#protocol/json/json.ts'
import type { NodeHash, Rooms } from '#rooms/rooms.ts'
import type { Summary } from './room-texts.ts'

export interface SummaryWish {
  readonly roomNid: number
  readonly state: NodeHash | undefined
}

const nameKeys = [
  { type: 'm.room.name', stateKey: '' },
  { type: 'm.room.canonical_alias', stateKey: '' },
] as const

/** The summaries of rooms for a reader: three queries at most, however many rooms. */
export async function summariesOf(
  rooms: Rooms,
  reader: UserId,
  wishes: readonly SummaryWish[],
): Promise<Map<number, Summary>> {
  if (wishes.length === 0) return new Map()
  const named = await Promise.all(wishes.map(({ state }) => hasName(rooms, state)))
  const unnamed = wishes.flatMap(({ roomNid }, index) => (named[index] ? [] : [roomNid]))
  const [heroes, counts] = await Promise.all([
    rooms.sync.heroes(unnamed, reader),
    rooms.sync.counts(wishes.map(({ roomNid }) => roomNid)),
  ])
  const summaries = new Map<number, Summary>()
  for (const [index, { roomNid }] of wishes.entries()) {
    const { joined, invited } = counts.get(roomNid) ?? { joined: 0, invited: 0 }
    summaries.set(roomNid, { heroes: named[index] ? undefined : (heroes.get(roomNid) ?? []), joined, invited })
  }
  return summaries
}

async function hasName(rooms: Rooms, state: NodeHash | undefined): Promise<boolean> {
  if (!state) return false
  const events = await rooms.stateEventsAt(state, nameKeys)
  const name = events.get('m.room.name', '')?.content ?? {}
  const alias = events.get('m.room.canonical_alias', '')?.content ?? {}
  return (stringAt(name, 'name') ?? '') !== '' || (stringAt(alias, 'alias') ?? '') !== ''
}

/** Whether anybody has come or gone between two states; a changed display name is neither. */
export async function membersMoved(
  rooms: Rooms,
  from: NodeHash | undefined,
  to: NodeHash | undefined,
): Promise<boolean> {
  if (from === to) return false
  const changes = await rooms.stateDifference(from, to)
  return changes.some(({ before, after }) => {
    const type = before?.type ?? after?.type
    return type === 'm.room.member' && before?.membership !== after?.membership
  })
}
