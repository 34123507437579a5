// A connection as rows, and back.
// spec: proposals/4186 (connections)

import { type Query, query } from '#platform/database/database.ts'
import {
  type ConnectionRow,
  deleteConnection,
  deleteOldConnections,
  deleteSurplusConnections,
  deleteToldRooms,
  type ToldRoomRow,
  upsertConnection,
  upsertToldRooms,
} from '../store/sliding-connections.ts'
import { Connection, type ConnectionKey, type ToldChanges } from './connection.ts'
import { flagsOf, ofFlags, type RoomMemory } from './room-memory.ts'

/** Clients have three connections; some are left behind when a client changes its mind about their names. */
const MOST_CONNECTIONS_OF_DEVICE = 16

/** Configs in a connection's list before those that no room has any more are taken out. Clients have a handful. */
const MOST_CONFIGS = 100

/** A room of a pending change: number, up to where (null: the position), flags, limit, config; the number alone: forgotten. */
type PendingRoom = readonly [number] | readonly [number, number | null, number, number, number]

interface PendingText {
  readonly version: number
  readonly rooms: readonly PendingRoom[]
}

export function connectionFromRows(
  key: ConnectionKey,
  row: ConnectionRow,
  toldRooms: readonly ToldRoomRow[],
): Connection {
  const configs = JSON.parse(row.configs) as readonly string[] // our own text
  const rooms = new Map<number, RoomMemory>()
  for (const told of toldRooms) {
    const stateText = configs[told.config]
    if (stateText === undefined) continue
    rooms.set(told.room_nid, {
      ...ofFlags(told.flags),
      upTo: told.told_up_to ?? undefined,
      timelineLimit: told.timeline_limit,
      stateText,
    })
  }
  const pending = row.pending === null ? undefined : pendingOf(JSON.parse(row.pending) as PendingText, configs) // our own text
  return new Connection(key, row.incarnation, { version: row.version, rooms, pending, configs: [...configs] })
}

function pendingOf(
  { version, rooms }: PendingText,
  configs: readonly string[],
): { version: number; changes: ToldChanges } {
  const changes = new Map<number, RoomMemory | undefined>()
  for (const room of rooms) {
    const [roomNid, upTo, flags = 0, timelineLimit = 0, config = 0] = room
    const stateText = configs[config] ?? '[]'
    changes.set(
      roomNid,
      room.length === 1 ? undefined : { ...ofFlags(flags), upTo: upTo ?? undefined, timelineLimit, stateText },
    )
  }
  return { version, changes }
}

/** Gives every config a place in the connection's list. True: the places are new ones, for clients may go through many configs. */
function numberConfigs(connection: Connection, rooms: ToldChanges): boolean {
  const used = (told: ToldChanges) => [...told.values()].flatMap((memory) => memory?.stateText ?? [])
  const add = (texts: Iterable<string>) => {
    for (const text of new Set(texts)) if (!connection.configs.includes(text)) connection.configs.push(text)
  }
  const pending = connection.pending ? used(connection.pending.changes) : []
  add([...used(rooms), ...pending])
  if (connection.configs.length <= MOST_CONFIGS) return false
  const inUse = new Set([...used(connection.rooms), ...pending])
  if (connection.configs.length <= 2 * inUse.size) return false
  connection.configs = [...inUse]
  return true
}

/** What brings the stored connection up to date. @param rooms those that have changed since it was stored; all of a new one. */
export function queriesToStore(
  connection: Connection,
  rooms: ToldChanges,
  { isNew, now, oldest }: { readonly isNew: boolean; readonly now: number; readonly oldest: number },
): Query[] {
  const { userId, deviceId, connectionId } = connection.key
  const key = [userId, deviceId, connectionId] as const
  const { incarnation, version } = connection
  const told = numberConfigs(connection, rooms) ? connection.rooms : rooms
  const { configs } = connection
  const kept = [...told].flatMap(([roomNid, memory]) => (memory ? [{ roomNid, memory }] : []))
  const gone = [...rooms].flatMap(([roomNid, memory]) => (memory ? [] : [roomNid]))
  const queries: Query[] = isNew ? [query(deleteConnection, ...key), query(deleteOldConnections, oldest)] : []
  queries.push(
    query(upsertConnection, ...key, incarnation, version, JSON.stringify(configs), pendingText(connection), now),
  )
  if (isNew) queries.push(query(deleteSurplusConnections, userId, deviceId, MOST_CONNECTIONS_OF_DEVICE))
  if (gone.length > 0) queries.push(query(deleteToldRooms, ...key, gone))
  if (kept.length > 0) {
    queries.push(
      query(
        upsertToldRooms,
        ...key,
        kept.map(({ roomNid }) => roomNid),
        kept.map(({ memory }) => memory.upTo ?? null),
        kept.map(({ memory }) => flagsOf(memory)),
        kept.map(({ memory }) => memory.timelineLimit),
        kept.map(({ memory }) => configs.indexOf(memory.stateText)),
      ),
    )
  }
  return queries
}

function pendingText({ pending, configs }: Connection): string | null {
  if (!pending) return null
  const rooms: PendingRoom[] = []
  for (const [roomNid, memory] of pending.changes) {
    if (!memory) rooms.push([roomNid])
    else
      rooms.push([
        roomNid,
        memory.upTo ?? null,
        flagsOf(memory),
        memory.timelineLimit,
        configs.indexOf(memory.stateText),
      ])
  }
  return JSON.stringify({ version: pending.version, rooms })
}
