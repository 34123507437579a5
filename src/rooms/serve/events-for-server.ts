// What goes to other servers: which servers were around an event, and what one that was away has missed.
// spec: server-server-api #transactions

import type { Position } from '#platform/stream/stream.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { eventsMissedByServer, type RoomServerPlace, serversOfRooms } from '../store/read-servers.ts'
import { presenceOf } from './show-to-server.ts'

export interface MissedByServer {
  readonly server: ServerName
  readonly after: Position
  readonly upTo: Position
  readonly limit: number
}

/** See `Rooms.eventsForServer`. */
export async function eventsForServer(
  engine: Engine,
  { server, after, upTo, limit }: MissedByServer,
): Promise<{ events: KnownEvent[]; upTo: Position }> {
  const { database, serverName } = engine.parts
  const rows = await database.run(eventsMissedByServer, server, after, upTo, `:${serverName}`, limit)
  const events: KnownEvent[] = []
  const wasIn = presenceOf(engine, server)
  for (const row of rows) {
    const known = engine.log.known(row)
    // It may have come, gone and come again after `after`: what was said while it was not there is not for it.
    if (row.still_in || isAbout(known, server) || (await wasIn(known))) events.push(known)
  }
  const last = rows.at(-1)?.position
  return { events, upTo: rows.length < limit || typeof last !== 'number' ? upTo : last }
}

/** The event decides over a user of the server: its going is told to it in every case. */
const isAbout = ({ event }: KnownEvent, server: ServerName): boolean =>
  event.type === 'm.room.member' && event.stateKey !== undefined && serverNameOf(event.stateKey as UserId) === server

/** See `Rooms.serversAround`. */
export async function serversAround(
  engine: Engine,
  events: readonly KnownEvent[],
): Promise<Map<number, readonly ServerName[]>> {
  const roomNids = [...new Set(events.map(({ roomNid }) => roomNid))]
  const byRoom = new Map<number, RoomServerPlace[]>()
  for (const place of await engine.parts.database.run(serversOfRooms, roomNids)) {
    const places = byRoom.get(place.room_nid)
    if (places) places.push(place)
    else byRoom.set(place.room_nid, [place])
  }
  const around = new Map<number, readonly ServerName[]>()
  for (const { nid, roomNid, position } of events) {
    const places = (byRoom.get(roomNid) ?? []).filter((place) => wasThere(place, position ?? 0))
    around.set(
      nid,
      places.map((place) => place.server_name as ServerName),
    )
  }
  return around
}

const wasThere = ({ joined, position }: RoomServerPlace, at: Position): boolean =>
  joined > 0 ? position <= at : position >= at
