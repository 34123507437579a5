// Events for tests of pure rules: well-formed where the rules look, unsigned and unhashed. Face of the folder; no production code imports it.
// spec: rooms/v11 #event-format

import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'

export interface EventParts {
  readonly type?: string
  readonly stateKey?: string
  readonly sender?: string
  readonly roomId?: string
  readonly eventId?: string
  readonly content?: JsonObject
  readonly originServerTs?: number
  readonly redacts?: string
  readonly version?: RoomVersionId
}

/** A message from Alice saying hello, with the given parts in place of its own. */
export function eventOf(parts: EventParts = {}): RoomEvent {
  const version = roomVersion(parts.version ?? '11')
  const content = parts.content ?? { msgtype: 'm.text', body: 'hello' }
  const event = {
    eventId: (parts.eventId ?? '$event') as EventId,
    roomId: (parts.roomId ?? '!room:example.org') as RoomId,
    type: parts.type ?? 'm.room.message',
    stateKey: parts.stateKey,
    sender: (parts.sender ?? '@alice:example.org') as UserId,
    originServerTs: parts.originServerTs ?? 1_700_000_000_000,
    redacts: parts.redacts as EventId | undefined,
  }
  return {
    ...event,
    content,
    depth: 7,
    prevEvents: [],
    authEvents: [],
    version,
    pdu: pduOf(event, content, version.id),
  }
}

function pduOf(
  event: Pick<RoomEvent, 'type' | 'stateKey' | 'sender' | 'roomId' | 'originServerTs' | 'redacts'>,
  content: JsonObject,
  version: string,
): JsonObject {
  const hasRoomId = !(version === '12' && event.type === 'm.room.create')
  return {
    auth_events: [],
    content,
    depth: 7,
    hashes: { sha256: 'hash' },
    origin_server_ts: event.originServerTs,
    prev_events: [],
    sender: event.sender,
    signatures: { 'example.org': { 'ed25519:1': 'signature' } },
    type: event.type,
    ...(hasRoomId ? { room_id: event.roomId } : {}),
    ...(event.stateKey === undefined ? {} : { state_key: event.stateKey }),
    ...(event.redacts === undefined || version === '11' || version === '12' ? {} : { redacts: event.redacts }),
    unsigned: { age_ts: 1 },
  }
}

/** A state made of state events; the last of equal keys counts. */
export function stateOf(...events: readonly RoomEvent[]): StateView {
  const byKey = new Map(events.map((event) => [JSON.stringify([event.type, event.stateKey]), event]))
  return { get: (type, stateKey) => byKey.get(JSON.stringify([type, stateKey])) }
}
