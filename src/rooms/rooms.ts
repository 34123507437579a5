// The room engine: the only writer of events and state. Face of the module.
// spec: client-server-api #events, #rooms; server-server-api #pdus; docs/architecture.md, decisions 1 to 4

import type { Position } from '#platform/stream/stream.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json } from '#protocol/json/json.ts'
import { createRoom, type NewRoom } from './create-room.ts'
import { Discovery } from './discover/discovery.ts'
import { inviteUser, isResident, joinRoom, knockOnRoom, leaveRoom } from './enter-and-leave.ts'
import { changeMembership, forget, kick, type MembershipChange, membershipIn, unban } from './membership.ts'
import type { Reader, ShowOptions } from './read/event-form.ts'
import { type Page, type PageRequest, readPage, readSurroundings, type Surroundings } from './read/history.ts'
import { RoomReading } from './read/room-reading.ts'
import { type ShownEvent, showEvents } from './read/show-events.ts'
import { SyncReading } from './read/sync-reading.ts'
import { backfill } from './remote/backfill.ts'
import type { RemoteMembership } from './remote/join-room.ts'
import type { PduOutcome } from './remote/pdu-outcome.ts'
import { receivePdus } from './remote/receive-pdu.ts'
import { Staging } from './remote/staging.ts'
import type { StagingParts } from './remote/try-staged-again.ts'
import { Engine, type EngineParts } from './room/engine.ts'
import type { StateEvents } from './room/hot-room.ts'
import type { KnownEvent } from './room/known-event.ts'
import type { RoomHead } from './room/room-head.ts'
import { RoomAliases } from './room-aliases.ts'
import { RoomSearch } from './search/room-search.ts'
import { type Draft, sendEvent, type Transaction } from './send-event.ts'
import { Serving } from './serve/serving.ts'
import { isMembership, type Membership, membershipOfCode, type NodeHash, type StateNode } from './state/state-map.ts'
import type { StateKey } from './state/state-nodes.ts'
import {
  eventsAfter,
  eventsOfRoomByArrival,
  forgetTransactions,
  lastEventUpTo,
  newestInRooms,
} from './store/read-events.ts'
import {
  localMembers,
  localUsersSharingRooms,
  membershipInRoom,
  membershipsOfUser,
  serversSharingRooms,
  sharesRoomSince,
  sharesRoomWith,
  usersSharingRooms,
} from './store/read-memberships.ts'
import { publishedRoom, publishRoom, withdrawRoom } from './store/read-room.ts'
import { maySendState, type RoomUpgrade, upgradeRoom } from './upgrade-room.ts'
import { toUserRoom, type UserRoom } from './user-room.ts'

export type { InitialState, NewRoom, Preset } from './create-room.ts'
export type { Discovery, DiscoveryOptions } from './discover/discovery.ts'
export type { Person } from './discover/find-people.ts'
export type { DirectoryPage } from './discover/public-rooms.ts'
export { followDeactivations, followProfiles } from './follow-accounts.ts'
export { followGuestAccess } from './follow-guest-access.ts'
export { followMoves, type Move } from './follow-moves.ts'
export type { MembershipChange } from './membership.ts'
export type { Reader, ShowOptions } from './read/event-form.ts'
export type { Page, PageRequest, Surroundings } from './read/history.ts'
export type { RelatedPage, RelatedRequest, ThreadsRequest } from './read/related-events.ts'
export { RECURSION_DEPTH } from './read/related-events.ts'
export type { MembersRequest } from './read/room-state.ts'
export type { ShownEvent } from './read/show-events.ts'
export type { RoomCounts, RoomPoint, SyncReading } from './read/sync-reading.ts'
export { before, behind, type Point, parseToken, tokenOf } from './read/tokens.ts'
export type { RemoteMembership } from './remote/join-room.ts'
export type { PduOutcome } from './remote/pdu-outcome.ts'
export type { StagedOutcome } from './remote/try-staged-again.ts'
export type { EventFact } from './room/append.ts'
export type { EngineParts } from './room/engine.ts'
export { StateEvents } from './room/hot-room.ts'
export type { KnownEvent } from './room/known-event.ts'
export type { Extremity, RoomHead } from './room/room-head.ts'
export type { AliasTarget } from './room-aliases.ts'
export type { SearchKey } from './search/index-events.ts'
export type { RoomSearch } from './search/room-search.ts'
export type { GroupKey, SearchAnswer, SearchContext, SearchRequest } from './search/search-request.ts'
export type { Draft, Transaction } from './send-event.ts'
export type { MissedByServer } from './serve/events-for-server.ts'
export { pduText } from './serve/show-to-server.ts'
export type { ReceivedInvite, SentMembership, TakenJoin } from './serve/take-membership.ts'
export type { TemplateRequest } from './serve/templates.ts'
export type { Membership, NodeHash, StateChange, StateEntry, StateNode } from './state/state-map.ts'
export type { StateKey } from './state/state-nodes.ts'
export type { RoomUpgrade } from './upgrade-room.ts'
export type { UserRoom } from './user-room.ts'

export class Rooms {
  readonly #engine: Engine
  /** What sync reads: many rooms with few queries. */
  readonly sync: SyncReading
  /** What clients read of one room. */
  readonly reading: RoomReading
  /** What other servers ask of us. */
  readonly serving: Serving
  readonly aliases: RoomAliases
  /** Finding rooms and people. Directories follow what happens from `start` on. */
  readonly discovery: Discovery
  /** Searching in messages. The index follows what is said from `start` on. */
  readonly search: RoomSearch
  /** Events of other servers that wait for what they stand on. Tried again from `start` on. */
  readonly staging: Staging

  private constructor(engine: Engine, parts: StagingParts) {
    this.#engine = engine
    this.staging = new Staging(engine, parts)
    this.reading = new RoomReading(engine)
    this.serving = new Serving(engine)
    this.aliases = new RoomAliases(engine)
    this.sync = new SyncReading(engine)
    this.discovery = new Discovery(engine)
    this.search = new RoomSearch(engine, this.discovery)
  }

  static async open(parts: EngineParts & StagingParts): Promise<Rooms> {
    return new Rooms(await Engine.open(parts), parts)
  }

  // ── Acts ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Creates a room; its ID when all its first events are durable. See `NewRoom` for what fails how. */
  create(room: NewRoom): Promise<RoomId> {
    return createRoom(this.#engine, room)
  }

  /** Sends one event; its ID when it is durable. The same transaction of the same device gives the same ID. 403, 404, 413, 400. */
  send(roomId: RoomId, draft: Draft, transaction?: Transaction): Promise<EventId> {
    return sendEvent(this.#engine, roomId, draft, transaction)
  }

  /** Changes a membership in a room that we are in. Joins from outside: see remote membership. */
  changeMembership(change: MembershipChange): Promise<EventId> {
    return changeMembership(this.#engine, change)
  }

  /** Moves the room to another version. @returns the new room. @throws 400 `M_UNSUPPORTED_ROOM_VERSION`, 403, 404 */
  upgrade(upgrade: RoomUpgrade): Promise<RoomId> {
    return upgradeRoom(this.#engine, upgrade)
  }

  /** 403 for one who is not there, banned users among them. */
  kick(change: Omit<MembershipChange, 'membership'>): Promise<void> {
    return kick(this.#engine, change)
  }

  unban(change: Omit<MembershipChange, 'membership'>): Promise<void> {
    return unban(this.#engine, change)
  }

  /** Forgets a room that the user has left. False: the user is still in it, or was never there. */
  forget(roomId: RoomId, userId: UserId): Promise<boolean> {
    return forget(this.#engine, roomId, userId)
  }

  /** Forgets which transactions became which events, of all sent before `time` (milliseconds since 1970). */
  async forgetTransactionsBefore(time: number): Promise<void> {
    await this.#engine.parts.database.run(forgetTransactions, time)
  }

  // ── Memberships across servers ──────────────────────────────────────────────────────────────────────────────────────

  /** Joins a room, here or through a server that is in it. */
  join(join: RemoteMembership): Promise<void> {
    return joinRoom(this.#engine, join)
  }

  knock(knock: RemoteMembership): Promise<void> {
    return knockOnRoom(this.#engine, knock)
  }

  /** Leaves, rejects an invite, or takes back a knock. */
  leave(leave: RemoteMembership): Promise<void> {
    return leaveRoom(this.#engine, leave)
  }

  /** Invites a user, of this server or another. */
  invite(invite: MembershipChange): Promise<void> {
    return inviteUser(this.#engine, invite)
  }

  /** Takes in the PDUs of one room from one server; an outcome for each. 404 for a room we are not in, 403 `acl/…`. */
  receive(origin: ServerName, roomId: RoomId, pdus: readonly Json[]): Promise<PduOutcome[]> {
    return receivePdus(this.#engine, this.staging, origin, roomId, pdus)
  }

  // ── What is ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The room's durable head; undefined when this server has never heard of it. */
  async head(roomId: RoomId): Promise<RoomHead | undefined> {
    return (await this.#engine.room(roomId))?.committed
  }

  /** Are we in the room, so that its state here is the state? */
  isResident(roomId: RoomId): Promise<boolean> {
    return isResident(this.#engine, roomId)
  }

  /** Events of the current state, by key. Empty where we have no state. */
  async currentState(roomId: RoomId, keys: readonly StateKey[]): Promise<StateEvents | undefined> {
    const head = await this.head(roomId)
    return head?.state && this.#engine.stateEventsAt(head.state, keys)
  }

  /** Events of the state with the name, by key. */
  stateEventsAt(hash: NodeHash, keys: readonly StateKey[]): Promise<StateEvents> {
    return this.#engine.stateEventsAt(this.#engine.root(hash), keys)
  }

  /** Is the user in the room, with the power to set state of the type? */
  async maySendState(roomId: RoomId, userId: UserId, type: string): Promise<boolean> {
    const head = await this.head(roomId)
    return head !== undefined && maySendState(this.#engine, head, userId, type)
  }

  /** The current membership of a user in a room that we are in. */
  async membership(roomId: RoomId, userId: UserId): Promise<Membership | undefined> {
    const membership = await membershipIn(this.#engine, roomId, userId)
    return isMembership(membership) ? membership : undefined
  }

  /** Every room that a user of ours has to do with; forgotten ones too. */
  async roomsOf(userId: UserId): Promise<UserRoom[]> {
    return (await this.#engine.parts.database.run(membershipsOfUser, userId)).flatMap(toUserRoom)
  }

  /** As `roomsOf`, one room. Also for what came from outside, where we have no state. */
  async roomOf(roomId: RoomId, userId: UserId): Promise<UserRoom | undefined> {
    const room = await this.#engine.room(roomId)
    if (!room) return undefined
    const row = await this.#engine.parts.database.one(membershipInRoom, room.head.roomNid, userId)
    return row && toUserRoom(row)[0]
  }

  /** Our users who are joined, invited or knocking. */
  async localMembersOf(roomNid: number): Promise<{ userId: UserId; membership: Membership }[]> {
    const rows = await this.#engine.parts.database.run(localMembers, roomNid)
    return rows.flatMap((row) => {
      const membership = membershipOfCode(row.membership as 1)
      return membership ? [{ userId: row.user_id as UserId, membership }] : []
    })
  }

  // ── Events ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  event(eventId: EventId): Promise<KnownEvent | undefined> {
    return this.#engine.log.byId(eventId)
  }

  /** Those that are known, in the order asked for. */
  events(eventIds: readonly EventId[]): Promise<KnownEvent[]> {
    return this.#engine.inOrder(eventIds)
  }

  eventsByNid(nids: Iterable<number>): Promise<Map<number, KnownEvent>> {
    return this.#engine.log.byNids(nids)
  }

  /** The tenant's events with positions in (after, upTo], ascending: what followers read. */
  async eventsAfter(after: Position, upTo: Position, limit: number): Promise<KnownEvent[]> {
    const rows = await this.#engine.parts.database.run(eventsAfter, after, upTo, limit)
    return rows.map((row) => this.#engine.log.known(row))
  }

  /** A room's newest events by arrival with positions in (after, upTo], newest first. */
  async newestEvents(roomNid: number, after: Position, upTo: Position, limit: number): Promise<KnownEvent[]> {
    const rows = await this.#engine.parts.database.run(eventsOfRoomByArrival, roomNid, after, upTo, limit)
    return rows.map((row) => this.#engine.log.known(row))
  }

  /** The newest events of several rooms together with positions up to `upTo`, newest first. */
  async newestInRooms(roomNids: readonly number[], upTo: Position, limit: number): Promise<KnownEvent[]> {
    const rows = await this.#engine.parts.database.run(newestInRooms, roomNids, upTo, limit)
    return rows.map((row) => this.#engine.log.known(row))
  }

  /** The events that the reader may see, as texts; all of one room, in the order given. */
  show(events: readonly KnownEvent[], reader: Reader, options: ShowOptions): Promise<ShownEvent[]> {
    return showEvents(this.#engine, events, reader, options)
  }

  /** A page of a room's history; what we do not have is fetched from other servers. 403 for those who may not look into it. */
  page(request: PageRequest, reader: Reader): Promise<Page> {
    return readPage(this.#engine, request, reader, async (head, before) => {
      const isMore = await backfill(this.#engine, head, before)
      if (isMore) await this.search.indexHistory(head.roomNid)
      return isMore
    })
  }

  /** An event with what stands around it. 404 when the reader may not see it. */
  surroundings(asked: Parameters<typeof readSurroundings>[1], reader: Reader): Promise<Surroundings> {
    return readSurroundings(this.#engine, asked, reader)
  }

  // ── States by name: what sync and history compare ───────────────────────────────────────────────────────────────────

  /** Name of the room's current state as it was at a position: undefined before the room's first event. */
  async stateNameAt(roomNid: number, position: Position): Promise<NodeHash | undefined> {
    const row = await this.#engine.parts.database.one(lastEventUpTo, roomNid, position)
    if (!row) return undefined
    const known = this.#engine.log.known(row)
    return known.stateCurrent ?? known.stateAfter
  }

  /** Every entry of a state. */
  async stateEntries(hash: NodeHash) {
    const { nodes } = this.#engine
    return [...nodes.trie.entries(await nodes.ensureAll(this.#engine.root(hash)))]
  }

  /** Entries in which two states differ; undefined is the empty state. Costs what differs, not what is there. */
  async stateDifference(before: NodeHash | undefined, after: NodeHash | undefined) {
    const { nodes } = this.#engine
    const [from, to] = [before, after].map((hash): StateNode => (hash ? this.#engine.root(hash) : nodes.trie.empty))
    const [a, b] = await nodes.ensureDifference(from as StateNode, to as StateNode)
    return nodes.trie.difference(a, b)
  }

  // ── Who shares rooms with whom ──────────────────────────────────────────────────────────────────────────────────────

  async usersSharingRoomsWith(userId: UserId): Promise<UserId[]> {
    return (await this.#engine.parts.database.run(usersSharingRooms, userId)).map((row) => row.user_id as UserId)
  }

  async localUsersSharingRoomsWith(userId: UserId): Promise<UserId[]> {
    return (await this.#engine.parts.database.run(localUsersSharingRooms, userId)).map((row) => row.user_id as UserId)
  }

  async serversSharingRoomsWith(userId: UserId): Promise<ServerName[]> {
    return (await this.#engine.parts.database.run(serversSharingRooms, userId)).map(
      (row) => row.server_name as ServerName,
    )
  }

  async sharesRoom(userId: UserId, others: readonly UserId[]): Promise<Set<UserId>> {
    const rows = await this.#engine.parts.database.run(sharesRoomWith, userId, others)
    return new Set(rows.map((row) => row.user_id as UserId))
  }

  /**
   * Since which position the user and each of the others have been together in a room that both are in now. Those who share none are
   * absent. What was learned of somebody's devices before that position may have changed unseen.
   */
  async sharesRoomSince(userId: UserId, others: readonly UserId[]): Promise<Map<UserId, number>> {
    const rows = await this.#engine.parts.database.run(sharesRoomSince, userId, others)
    return new Map(rows.map((row) => [row.user_id as UserId, row.position]))
  }

  // ── Published directory ─────────────────────────────────────────────────────────────────────────────────────────────

  /** Puts the room into this server's directory, or takes it out. */
  async publish(roomId: RoomId, isPublic: boolean): Promise<void> {
    await this.#engine.parts.database.run(isPublic ? publishRoom : withdrawRoom, roomId)
  }

  async isPublished(roomId: RoomId): Promise<boolean> {
    return (await this.#engine.parts.database.one(publishedRoom, roomId)) !== undefined
  }
}
