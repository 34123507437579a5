// A room and its children, one level deep, for another server.
// spec: server-server-api, GET /_matrix/federation/v1/hierarchy/{roomId}

import { notFound } from '#protocol/errors/errors.ts'
import type { RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { RoomSummary, SpaceRoom } from '#protocol/room-summary/room-summary.ts'
import type { Engine } from '../room/engine.ts'
import type { RoomHead } from '../room/room-head.ts'
import { isHere, readSummary } from './read-summary.ts'
import type { SpaceLinks } from './space-links.ts'
import { mayServerKnow } from './who-may-know.ts'

export interface ServedHierarchy {
  readonly room: SpaceRoom
  readonly children: readonly RoomSummary[]
  readonly inaccessible: readonly RoomId[]
}

/** Children told at once: the asking server gets the others by asking for each. */
const MOST_CHILDREN = 100

/** @throws 404 when we are not in the room, or nobody of that server may know of it. */
export async function serveHierarchy(
  engine: Engine,
  links: SpaceLinks,
  asked: { readonly roomId: RoomId; readonly server: ServerName; readonly suggestedOnly: boolean },
): Promise<ServedHierarchy> {
  const { roomId, server, suggestedOnly } = asked
  const found = await read(engine, roomId)
  if (!found?.head.state || !(await mayServerKnow(engine, found.head, found.summary, server)))
    throw notFound('There is no room of this name here that your server may look at.')
  const all = found.summary.roomType === 'm.space' ? await links.of(found.head.state) : []
  const followed = suggestedOnly ? all.filter(({ suggested }) => suggested) : all
  const children: RoomSummary[] = []
  const inaccessible: RoomId[] = []
  for (const link of followed.slice(0, MOST_CHILDREN)) {
    const child = await read(engine, link.roomId)
    if (!child) continue
    if (await mayServerKnow(engine, child.head, child.summary, server)) children.push(child.summary)
    else inaccessible.push(link.roomId)
  }
  return { room: { ...found.summary, children: followed }, children, inaccessible }
}

/** Of rooms that we are in; of others we cannot tell. */
async function read(
  engine: Engine,
  roomId: RoomId,
): Promise<{ readonly head: RoomHead; readonly summary: RoomSummary } | undefined> {
  const head = (await engine.room(roomId))?.committed
  if (!isHere(head, engine.parts.serverName)) return undefined
  const summary = await readSummary(engine, head)
  return summary && { head, summary }
}
