// What the room engine asks other servers: joins, invites, knocks, leaves, history and state.
// spec: server-server-api #joining-rooms, #inviting-to-a-room, #knocking-rooms, #leaving-rooms-rejecting-invites, #backfilling-and-retrieving-missing-events, #retrieving-events

import type { EventId, RoomAlias, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import type { Outcome } from '../failure.ts'

/** Of whom a membership event is asked for. */
export interface AskedMember {
  readonly roomId: RoomId
  readonly userId: UserId
}

/** Of somebody who wants in. */
export interface AskedNewcomer extends AskedMember {
  /** The room versions that we support. */
  readonly versions: readonly string[]
}

export interface EventInRoom {
  readonly roomId: RoomId
  readonly eventId: EventId
}

/** A membership event of ours, from a template: signed. */
export interface FilledTemplate extends EventInRoom {
  readonly event: JsonObject
}

/** The draft of a membership event that a server in the room made for us. Unchecked but for its shape: the engine checks every member. */
export interface Template {
  /** `'1'` when the server did not say (spec: make_join). */
  readonly roomVersion: string
  readonly event: JsonObject
}

/** Answer to send_join. PDUs are raw: unparsed, unverified. */
export interface JoinedRoom {
  readonly state: readonly Json[]
  readonly authChain: readonly Json[]
  /** The join as the resident server signed it (restricted rooms). */
  readonly event: JsonObject | undefined
}

export interface Invite extends EventInRoom {
  readonly roomVersion: string
  /** The signed PDU. */
  readonly event: JsonObject
  readonly inviteRoomState: readonly Json[]
}

export interface InvitedEvent {
  /** The invite with the invited server's signature added. Raw: compare it with what was sent, and verify. */
  readonly event: JsonObject
}

export interface MissingEventsRequest {
  readonly roomId: RoomId
  /** Events that we have: the search stops there. At most 50. */
  readonly earliest: readonly EventId[]
  /** Events whose ancestors we miss. At most 50. */
  readonly latest: readonly EventId[]
  /** At most 100. */
  readonly limit: number
  readonly minDepth: number
}

export interface RoomState {
  readonly state: readonly Json[]
  readonly authChain: readonly Json[]
}

export interface RoomStateIds {
  readonly stateIds: readonly EventId[]
  readonly authChainIds: readonly EventId[]
}

/** Every call ends within a bounded time; `signal` ends it earlier. PDUs come back raw (`Json`). */
export interface RoomCalls {
  /** Asked even of a server that is known to be away: a person is waiting. */
  makeJoin(to: ServerName, asked: AskedNewcomer, signal?: AbortSignal): Promise<Outcome<Template>>
  /** v2, the whole state (`omit_members` false); v1 when the server knows no v2. At most 100,000 events in each list, 256 MiB, 180 s. */
  sendJoin(to: ServerName, join: FilledTemplate, signal?: AbortSignal): Promise<Outcome<JoinedRoom>>
  makeLeave(to: ServerName, asked: AskedMember, signal?: AbortSignal): Promise<Outcome<Template>>
  sendLeave(to: ServerName, leave: FilledTemplate, signal?: AbortSignal): Promise<Outcome<undefined>>
  makeKnock(to: ServerName, asked: AskedNewcomer, signal?: AbortSignal): Promise<Outcome<Template>>
  /** At most 100 events of stripped state. */
  sendKnock(
    to: ServerName,
    knock: FilledTemplate,
    signal?: AbortSignal,
  ): Promise<Outcome<{ readonly knockRoomState: readonly Json[] }>>
  /** v2; v1 for rooms of version 1 and 2 when the server knows no v2. */
  invite(to: ServerName, invite: Invite, signal?: AbortSignal): Promise<Outcome<InvitedEvent>>
  /** Events before and including `from` (at most 50), newest first as the other server has them. `limit` at most 100. */
  backfill(
    to: ServerName,
    asked: { readonly roomId: RoomId; readonly from: readonly EventId[]; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<Outcome<readonly Json[]>>
  getMissingEvents(to: ServerName, asked: MissingEventsRequest, signal?: AbortSignal): Promise<Outcome<readonly Json[]>>
  /** State before `eventId`. At most 100,000 events in each list, 256 MiB, 180 s. */
  getState(to: ServerName, asked: EventInRoom, signal?: AbortSignal): Promise<Outcome<RoomState>>
  /** As `getState`, identifiers only; 16 MiB, 60 s. */
  getStateIds(to: ServerName, asked: EventInRoom, signal?: AbortSignal): Promise<Outcome<RoomStateIds>>
  /** One PDU. That it is the one that was asked for shows when its ID is computed. */
  getEvent(to: ServerName, eventId: EventId, signal?: AbortSignal): Promise<Outcome<Json>>
  getEventAuth(to: ServerName, asked: EventInRoom, signal?: AbortSignal): Promise<Outcome<readonly Json[]>>
  /** At most 1,000 servers are kept. */
  queryDirectory(
    to: ServerName,
    alias: RoomAlias,
    signal?: AbortSignal,
  ): Promise<Outcome<{ readonly roomId: RoomId; readonly servers: readonly ServerName[] }>>
}
