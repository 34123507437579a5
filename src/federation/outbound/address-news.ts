// Whom news are for.
// spec: server-server-api #pdus, #device-management, #receipts, #presence

import type { Position } from '#platform/stream/stream.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type KnownEvent, pduText } from '#rooms/rooms.ts'
import type { Entry, Passing } from './entry.ts'
import type { OutboundParts } from './outbound-parts.ts'
import { isOursToSend, type News } from './read-news.ts'

/** Where addressed news are put. */
export interface Mailroom {
  entry(server: ServerName, entry: Entry): void
  /** `position`: of a receipt, which can be read again. */
  passing(server: ServerName, passing: Passing, position?: Position): void
  outbox(server: ServerName): void
}

/** Puts each piece of news to those whom it is for. Costs what there are destinations; rooms are looked up once a batch. */
export async function addressNews(parts: OutboundParts, news: readonly News[], mailroom: Mailroom): Promise<void> {
  const around = await serversOf(parts, news)
  const sharing = new Map<UserId, readonly ServerName[]>()
  const serversSharingWith = async (userId: UserId): Promise<readonly ServerName[]> => {
    const known = sharing.get(userId) ?? (await parts.rooms.serversSharingRoomsWith(userId))
    sharing.set(userId, known)
    return known
  }
  const others = (servers: readonly ServerName[]) => servers.filter((server) => server !== parts.serverName)
  for (const item of news) {
    const { position } = item
    if (item.kind === 'outbox') mailroom.outbox(item.destination)
    else if (item.kind === 'event')
      await addressEvent(parts, item.known, position, around.get(item.known.nid) ?? [], mailroom)
    else if (item.kind === 'update') {
      if (item.update === undefined) continue
      const entry: Entry = { position, kind: 'edu', text: item.update.edu }
      for (const server of others(await serversSharingWith(item.update.userId))) mailroom.entry(server, entry)
    } else if (item.kind === 'presence') {
      const { kind, state } = item
      for (const server of others(await serversSharingWith(state.userId))) mailroom.passing(server, { kind, state })
    } else {
      for (const receipt of item.receipts) {
        const servers = (await parts.rooms.head(receipt.roomId))?.serverNames ?? []
        for (const server of others(servers)) mailroom.passing(server, { kind: 'receipt', receipt }, position)
      }
    }
  }
}

/** The servers around each event: as memory has them, else from one query for all. */
async function serversOf({ rooms, serverName }: OutboundParts, news: readonly News[]) {
  const around = new Map<number, readonly ServerName[]>()
  const unknown: KnownEvent[] = []
  for (const item of news) {
    if (item.kind !== 'event' || !isOursToSend(item.known, serverName)) continue
    if (item.servers) around.set(item.known.nid, item.servers)
    else unknown.push(item.known)
  }
  if (unknown.length === 0) return around
  return new Map([...around, ...(await rooms.serving.serversAround(unknown))])
}

async function addressEvent(
  parts: OutboundParts,
  known: KnownEvent,
  position: Position,
  around: readonly ServerName[],
  mailroom: Mailroom,
): Promise<void> {
  if (!isOursToSend(known, parts.serverName)) return
  const origin = serverNameOf(known.event.sender)
  const servers = new Set([...around, ...(await serverOfTarget(parts, known, around))])
  servers.delete(parts.serverName)
  servers.delete(origin)
  if (servers.size === 0) return
  const entry: Entry = { position, kind: 'pdu', text: pduText(known) }
  for (const server of servers) mailroom.entry(server, entry)
  if (isOwnJoin(known, parts.serverName)) await tellDevices(parts, known, position, servers, mailroom)
}

/**
 * Whose invite or knock ends may have nobody in the room. The event names the membership before it among its auth events; who had none is not told,
 * or anybody could make us look for servers by banning names.
 */
async function serverOfTarget(
  { rooms }: OutboundParts,
  { event }: KnownEvent,
  around: readonly ServerName[],
): Promise<ServerName[]> {
  const membership = event.content['membership']
  const ends = event.type === 'm.room.member' && (membership === 'leave' || membership === 'ban')
  if (!ends || event.stateKey === undefined) return []
  const server = serverNameOf(event.stateKey as UserId)
  if (around.includes(server)) return []
  const named = (await rooms.events(event.authEvents)).map((known) => known.event)
  const before = named.find(({ type, stateKey }) => type === 'm.room.member' && stateKey === event.stateKey)
  const was = before?.content['membership']
  return was === 'invite' || was === 'knock' ? [server] : []
}

const isOwnJoin = ({ event }: KnownEvent, serverName: ServerName): boolean =>
  event.type === 'm.room.member' && event.content['membership'] === 'join' && serverNameOf(event.sender) === serverName

/** Servers that begin to share a room with a user learn that there are devices to ask for. */
async function tellDevices(
  { e2ee }: OutboundParts,
  { event }: KnownEvent,
  position: Position,
  servers: ReadonlySet<ServerName>,
  mailroom: Mailroom,
): Promise<void> {
  const update = await e2ee.lastDeviceListUpdate(event.sender)
  if (!update) return
  for (const server of servers) mailroom.entry(server, { position, kind: 'edu', text: update.edu })
}
