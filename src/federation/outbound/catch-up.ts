// What a server has missed, read from the tables: the events of its rooms, and the newest of what else it should know.
// spec: server-server-api #transactions

import { receiptEdus } from '#ephemeral/ephemeral.ts'
import type { Position } from '#platform/stream/stream.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { MAX_PDUS_PER_TRANSACTION } from '#protocol/size-limits/size-limits.ts'
import { pduText } from '#rooms/rooms.ts'
import type { Entry } from './entry.ts'
import type { OutboundParts } from './outbound-parts.ts'

/** Changes of device lists looked at in one step; each is an EDU when the server shares a room with the user. */
const UPDATES = 50
/** Receipts looked at in one step: the newest of each person, room and thread are kept, so there are few. */
const RECEIPTS = 500

export interface Missed {
  /** In the tenant's order. */
  readonly entries: readonly Entry[]
  /** EDUs that are sent with the last of them. */
  readonly passing: readonly string[]
  /** How far they reach. */
  readonly upTo: Position
}

/** What a server has missed in (after, upTo], a transaction's worth. Presence is left out: it is announced again within half an hour. */
export async function readMissed(
  parts: OutboundParts,
  server: ServerName,
  after: Position,
  upTo: Position,
): Promise<Missed> {
  const { rooms, e2ee, ephemeral } = parts
  const [missed, updates, receipts] = await Promise.all([
    rooms.serving.eventsFor({ server, after, upTo, limit: MAX_PDUS_PER_TRANSACTION }),
    e2ee.outgoingDeviceListUpdates(after, upTo, UPDATES),
    ephemeral.receipts.ofOurs(after, upTo, RECEIPTS),
  ])
  const lastUpdate = updates.length < UPDATES ? upTo : (updates.at(-1)?.position ?? upTo)
  const end = Math.min(missed.upTo, lastUpdate)
  const entries: Entry[] = missed.events
    // An event that came to us from the server itself, and that we relay to the others.
    .filter(({ event }) => serverNameOf(event.sender) !== server)
    .map((known) => ({ position: known.position ?? 0, kind: 'pdu', text: pduText(known) }))
  const concerned = new Map<UserId, boolean>()
  for (const { position, userId, edu } of updates) {
    const known = concerned.get(userId) ?? (await rooms.serversSharingRoomsWith(userId)).includes(server)
    concerned.set(userId, known)
    if (known) entries.push({ position, kind: 'edu', text: edu })
  }
  const inRange = entries.filter(({ position }) => position <= end).sort((a, b) => a.position - b.position)
  const read = receipts.filter(({ type, position }) => type === 'm.read' && position <= end)
  const shared = new Set<string>()
  for (const roomId of new Set(read.map((receipt) => receipt.roomId))) {
    if ((await rooms.head(roomId))?.servers.has(server)) shared.add(roomId)
  }
  return { entries: inRange, passing: receiptEdus(read.filter(({ roomId }) => shared.has(roomId))), upTo: end }
}
