// What happened here that other servers may have to hear of, in the tenant's order: from memory when it is recent, else from the tables.
// spec: docs/architecture.md §4; server-server-api #pdus, #edus

import type { DeviceListFact, OutboxFact, OutgoingUpdate } from '#e2ee/e2ee.ts'
import type { PresenceState, Receipt, ReceiptFact } from '#ephemeral/ephemeral.ts'
import type { Position, StreamedFact } from '#platform/stream/stream.ts'
import { type ServerName, serverNameOf } from '#protocol/identifiers/identifiers.ts'
import type { EventFact, KnownEvent } from '#rooms/rooms.ts'
import type { OutboundParts } from './outbound-parts.ts'

export type News = { readonly position: Position } & (
  | {
      readonly kind: 'event'
      readonly known: KnownEvent
      /** Around the event; undefined: to be looked up. */
      readonly servers: readonly ServerName[] | undefined
    }
  /** Undefined: a later change has covered it. */
  | { readonly kind: 'update'; readonly update: OutgoingUpdate | undefined }
  | { readonly kind: 'receipts'; readonly receipts: readonly Receipt[] }
  | { readonly kind: 'presence'; readonly state: PresenceState }
  | { readonly kind: 'outbox'; readonly destination: ServerName }
)

/** News in (after, upTo], ascending; `limit` of them or more when there are more behind. */
export async function readNews(
  parts: OutboundParts,
  after: Position,
  upTo: Position,
  limit: number,
): Promise<readonly News[]> {
  const facts = parts.stream.since(after)
  return facts ? fromMemory(parts, facts, upTo, limit) : fromTables(parts, after, upTo, limit)
}

async function fromMemory(
  parts: OutboundParts,
  facts: readonly StreamedFact[],
  upTo: Position,
  limit: number,
): Promise<readonly News[]> {
  const news: News[] = []
  for (const fact of facts) {
    if (fact.position > upTo || news.length >= limit) break
    const item = newsOf(fact, parts.serverName)
    if (item !== undefined) news.push(item)
  }
  return withUpdates(parts, news)
}

/** What a fact is to other servers. What to say of an update, the tables know. */
function newsOf({ kind, payload, position }: StreamedFact, serverName: ServerName): News | undefined {
  // The payload of a fact is of the type that its kind names, whoever wrote it.
  if (kind === 'event') {
    const { known, servers } = payload as EventFact
    return isOursToSend(known, serverName) ? { kind, position, known, servers } : undefined
  }
  if (kind === 'to-device-outbox') {
    return { kind: 'outbox', position, destination: (payload as OutboxFact).destination }
  }
  if (kind === 'device-list') {
    const { userId, viewer } = payload as DeviceListFact
    const isForOthers = viewer === undefined && serverNameOf(userId) === serverName
    return isForOthers ? { kind: 'update', position, update: undefined } : undefined
  }
  if (kind === 'receipt') {
    const receipts = publicReceipts((payload as ReceiptFact).receipts, serverName)
    return receipts.length === 0 ? undefined : { kind: 'receipts', position, receipts }
  }
  if (kind !== 'presence') return undefined
  const state = payload as PresenceState
  return serverNameOf(state.userId) === serverName ? { kind, position, state } : undefined
}

export const isOursToSend = (known: KnownEvent, serverName: ServerName): boolean =>
  known.relay || serverNameOf(known.event.sender) === serverName

const publicReceipts = (receipts: readonly Receipt[], serverName: ServerName): readonly Receipt[] =>
  receipts.filter(({ type, userId }) => type === 'm.read' && serverNameOf(userId) === serverName)

/** One question for all of them. Each keeps its place: the number of news says whether there are more. */
async function withUpdates({ e2ee }: OutboundParts, news: readonly News[]): Promise<readonly News[]> {
  const places = news.flatMap(({ kind, position }) => (kind === 'update' ? position : []))
  const [first, last] = [places[0], places.at(-1)]
  if (first === undefined || last === undefined) return news
  const updates = await e2ee.outgoingDeviceListUpdates(first - 1, last, places.length)
  const byPosition = new Map(updates.map((update) => [update.position, update]))
  return news.map((item) => (item.kind === 'update' ? { ...item, update: byPosition.get(item.position) } : item))
}

async function fromTables(
  parts: OutboundParts,
  after: Position,
  upTo: Position,
  limit: number,
): Promise<readonly News[]> {
  const { rooms, e2ee, ephemeral, serverName } = parts
  const [events, updates, receipts, presence, outboxes] = await Promise.all([
    rooms.eventsAfter(after, upTo, limit),
    e2ee.outgoingDeviceListUpdates(after, upTo, limit),
    ephemeral.receipts.ofOurs(after, upTo, limit),
    ephemeral.presence.ofOurs(after, upTo, limit),
    e2ee.destinationsWithOutbox(),
  ])
  // Where one of them is cut off, the others may not go beyond it.
  const ends = [events, updates, receipts, presence].flatMap((rows) =>
    rows.length < limit ? [] : (rows.at(-1)?.position ?? []),
  )
  const end = Math.min(upTo, ...ends)
  const news: News[] = [
    ...events.map((known): News => ({ kind: 'event', position: known.position ?? 0, known, servers: undefined })),
    ...updates.map((update): News => ({ kind: 'update', position: update.position, update })),
    ...receipts.map((receipt): News => {
      return { kind: 'receipts', position: receipt.position, receipts: publicReceipts([receipt], serverName) }
    }),
    ...presence.map((state): News => ({ kind: 'presence', position: state.position, state })),
  ]
  const waiting = outboxes.map((destination): News => ({ kind: 'outbox', position: end, destination }))
  return [...inOrder(news.filter(({ position }) => position <= end)), ...waiting]
}

const inOrder = (news: News[]): News[] => news.sort((a, b) => a.position - b.position)
