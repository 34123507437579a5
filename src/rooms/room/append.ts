// One append: events that enter a room together, and everything that follows from them in the same commit. Computed in memory from the
// room's head; durable, or without any trace.
// spec: docs/architecture.md, decisions 1 to 3

import type { Milliseconds } from '#platform/clock/clock.ts'
import { type Act, type Fact, holds, type WriterRow, write } from '#platform/stream/stream.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import {
  isMembership,
  type MembershipCode,
  membershipCodes,
  type NodeHash,
  type StateChange,
  type StateNode,
  type StateTrie,
} from '../state/state-map.ts'
import { hashToBytes, type StateKey, type StateNodes } from '../state/state-nodes.ts'
import {
  authChainLinkWriter,
  backwardExtremityWriter,
  eventFlags,
  eventWriter,
  filledExtremityWriter,
  goneMembershipWriter,
  membershipWriter,
  redactionWriter,
  relationWriter,
  roomHeadGuard,
  roomPositionWriter,
  roomServerWriter,
  type SentTransactionRow,
  sentTransactionGuard,
  stateNodeWriter,
} from '../store/event-writers.ts'
import type { AuthChains, PlacedEvent } from './auth-chains.ts'
import type { EventLog } from './event-log.ts'
import { type HotRoom, StateEvents } from './hot-room.ts'
import type { ChainPlace, KnownEvent } from './known-event.ts'
import { relationOf } from './relation-of.ts'
import { type Extremity, extremitiesToText, type RoomHead } from './room-head.ts'

/** What the rest of the process learns of an event: the payload of a fact of kind `event`. */
export interface EventFact {
  readonly known: KnownEvent
  /** Servers with joined members around the event: those before it and those after it. */
  readonly servers: readonly ServerName[]
  /** Users of ours whose membership changed with it, beside the one whom it is about: by a resolution of states. Undefined: nobody. */
  readonly moved?: readonly UserId[]
  /** Name of the room's current state before it; undefined for a room's first event. */
  readonly currentBefore: NodeHash | undefined
}

export interface AppendEntry {
  readonly nid: number
  readonly event: RoomEvent
  readonly json: string
  /** The events that it names as its auth events, as far as they are known. */
  readonly auth: readonly KnownEvent[]
  readonly before: StateNode
  /** Rejected and soft-failed events are kept and neither shown to clients nor built upon. */
  readonly verdict: 'accepted' | 'rejected' | 'soft-failed'
  /** Forward extremities after it; undefined leaves them. */
  readonly extremities?: readonly Extremity[]
  /** The room's current state after it; undefined: the state after the event when it is accepted. */
  readonly current?: StateNode
  /** A backfilled event: its position is given and the room's state and extremities stay. */
  readonly backfilledAt?: number
  readonly device?: { readonly deviceId: string; readonly txnId: string; readonly row: SentTransactionRow }
  /** Event that this one redacts, when it may. */
  readonly redacts?: KnownEvent
  /** The redaction that arrived before its target. */
  readonly redactedBy?: number
  /** Previous events that we do not have, with the depth to look for them at. */
  readonly missing?: readonly { readonly eventId: string; readonly depth: number }[]
  /** It was missing, and now is there. */
  readonly fillsGap?: boolean
  /** Where it stands in the auth graph already: it was known as an outlier (then `nid` is that one's). */
  readonly place?: ChainPlace | undefined
  /** It is on us to tell the other servers. */
  readonly relay?: boolean
}

export interface AppendParts {
  readonly room: HotRoom
  readonly nodes: StateNodes
  readonly chains: AuthChains
  readonly serverName: ServerName
  readonly now: Milliseconds
}

export class Append {
  readonly #parts: AppendParts
  readonly #trie: StateTrie
  readonly #start: RoomHead
  #head: RoomHead
  readonly #facts: Fact[] = []
  readonly #rows: WriterRow[] = []
  readonly #guards: NonNullable<Act['guards']>[number][] = []
  readonly #changed = new Map<string, KnownEvent | undefined>()
  readonly #visible: KnownEvent[] = []
  readonly #redacted: { target: KnownEvent; by: number }[] = []
  readonly #stored = new Set<NodeHash>()
  /** Local users whose memberships the event that is being added changes. */
  readonly #moved: UserId[] = []
  readonly events: KnownEvent[] = []

  constructor(parts: AppendParts) {
    this.#parts = parts
    this.#trie = parts.nodes.trie
    this.#start = parts.room.head
    this.#head = parts.room.head
  }

  /** The head after what was added so far. */
  get head(): RoomHead {
    return this.#head
  }

  /** Brings the paths to the keys into memory, before an event changes or asks for them. */
  async loadState(keys: readonly StateKey[]): Promise<StateNode> {
    const state = await this.#parts.nodes.ensure(this.#head.state ?? this.#trie.empty, keys)
    if (this.#head.state) this.#head = { ...this.#head, state }
    return state
  }

  /**
   * Brings into memory all that the move of the room's state to `target`, then changed at the keys, looks at.
   * @returns the target, loaded as far as that.
   */
  async loadMove(target: StateNode, keys: readonly StateKey[]): Promise<StateNode> {
    const { nodes } = this.#parts
    const from = await nodes.ensure(this.#head.state ?? this.#trie.empty, keys)
    const [state, to] = await nodes.ensureDifference(from, await nodes.ensure(target, keys))
    if (this.#head.state) this.#head = { ...this.#head, state }
    return to
  }

  /** The state's events for the keys as this append sees them: with the events that it added itself. */
  async stateEvents(keys: readonly StateKey[], log: EventLog): Promise<StateEvents> {
    const state = await this.loadState(keys)
    const wanted = new Map<string, number>()
    for (const { type, stateKey } of keys) {
      const entry = this.#trie.get(state, type, stateKey)
      if (entry) wanted.set(stateKeyOf(type, stateKey), entry.eventNid)
    }
    const own = new Map(this.events.map((known) => [known.nid, known]))
    const stored = await log.byNids([...wanted.values()].filter((nid) => !own.has(nid)))
    const found = new Map<string, KnownEvent>()
    for (const [key, nid] of wanted) {
      const known = own.get(nid) ?? stored.get(nid)
      if (known) found.set(key, known)
    }
    return new StateEvents(found)
  }

  add(entry: AppendEntry): KnownEvent {
    const { event, before } = entry
    const accepted = entry.verdict === 'accepted'
    const placed = this.#place(entry)
    // A soft-failed event is passed over here and now; whoever builds upon it stands on the state that it makes.
    const after = entry.verdict === 'rejected' ? before : this.#stateAfter(before, entry)
    const current = entry.backfilledAt !== undefined || !accepted ? this.#head.state : (entry.current ?? after)
    this.#storeNodes(before, this.#head.state)
    this.#storeNodes(after, before)
    if (current && current !== after) this.#storeNodes(current, this.#head.state ?? after)

    const known: KnownEvent = {
      nid: entry.nid,
      roomNid: this.#head.roomNid,
      event,
      json: entry.json,
      position: entry.backfilledAt ?? null,
      outlier: false,
      rejected: entry.verdict === 'rejected',
      softFailed: entry.verdict === 'soft-failed',
      relay: entry.relay ?? false,
      stateBefore: this.#trie.hash(before),
      stateAfter: this.#trie.hash(after),
      stateCurrent: current && this.#trie.hash(current),
      redactedBy: entry.redactedBy,
      deviceId: entry.device?.deviceId,
      txnId: entry.device?.txnId,
      authNids: entry.auth.map((auth) => auth.nid),
      chain: placed?.place,
      receivedTs: this.#parts.now,
    }
    this.events.push(known)

    const headBefore = this.#head
    this.#moved.length = 0
    const fact = accepted && entry.backfilledAt === undefined ? this.#facts.length : undefined
    this.#writeEvent(known, entry, fact)
    for (const link of placed?.links ?? []) this.#rows.push(write(authChainLinkWriter, link))
    this.#writeGraph(entry)
    this.#writeRelation(known, entry, fact)
    if (entry.device) this.#guards.push(holds(sentTransactionGuard, entry.device.row))

    if (current && entry.backfilledAt === undefined) this.#moveState(known, current, fact)
    if (entry.extremities) this.#head = { ...this.#head, extremities: entry.extremities }
    if (fact !== undefined) this.#announce(known, headBefore)
    return known
  }

  /** A condition of another kind under which alone the append may happen. */
  require(condition: NonNullable<Act['guards']>[number]): void {
    this.#guards.push(condition)
  }

  /** The act to commit. Call `settle` with the positions when it is durable. */
  act(): Act {
    const head = this.#head
    this.#guards.push(
      holds(roomHeadGuard, {
        roomNid: head.roomNid,
        expectedSerial: this.#start.serial,
        stateRoot: head.state ? hashToBytes(this.#trie.hash(head.state)) : null,
        extremities: extremitiesToText(head.extremities),
        joined: head.joined,
        invited: head.invited,
      }),
    )
    this.#head = { ...head, serial: this.#start.serial + 1 }
    this.#parts.room.advance(this.#head, this.#changed)
    return { facts: this.#facts, rows: this.#rows, guards: this.#guards }
  }

  /** Gives the events their positions, and hides what was redacted. */
  settle(positions: readonly number[]): void {
    for (const { target, by } of this.#redacted) {
      target.redactedBy = by
      target.clientForm = undefined
    }
    for (const [index, known] of this.#visible.entries()) known.position = positions[index] ?? null
  }

  #place({ event, nid, auth, place }: AppendEntry): PlacedEvent | undefined {
    if (place) return { place, links: [] }
    return event.stateKey === undefined ? undefined : this.#parts.chains.place(nid, event, auth)
  }

  #stateAfter(before: StateNode, { event, nid }: AppendEntry): StateNode {
    const { type, stateKey } = event
    if (stateKey === undefined) return before
    return this.#trie.set(before, { type, stateKey, eventNid: nid, membership: membershipCode(event) })
  }

  #storeNodes(root: StateNode, base: StateNode | undefined): void {
    if (root.kind === 'stub' || root === base) return
    const name = this.#trie.hash(root)
    if (this.#stored.has(name) || (base && this.#trie.hash(base) === name)) return
    this.#stored.add(name)
    for (const row of this.#parts.nodes.rowsFor(root, base)) this.#rows.push(write(stateNodeWriter, row))
  }

  #writeEvent(known: KnownEvent, entry: AppendEntry, fact: number | undefined): void {
    const { event } = entry
    const current = known.stateCurrent !== known.stateAfter ? known.stateCurrent : undefined
    const row = {
      eventNid: known.nid,
      eventId: event.eventId,
      roomNid: known.roomNid,
      position: fact === undefined ? (entry.backfilledAt ?? null) : ('stream' as const),
      depth: event.depth,
      originServerTs: event.originServerTs,
      receivedTs: known.receivedTs,
      type: event.type,
      stateKey: event.stateKey ?? null,
      sender: event.sender,
      flags: flagsOf(known),
      stateBefore: known.stateBefore ? hashToBytes(known.stateBefore) : null,
      stateAfter: known.stateAfter ? hashToBytes(known.stateAfter) : null,
      stateCurrent: current ? hashToBytes(current) : null,
      deviceId: known.deviceId ?? null,
      txnId: known.txnId ?? null,
      authNids: known.authNids,
      chainId: known.chain?.chainId ?? null,
      chainSeq: known.chain?.seq ?? null,
      json: entry.json,
    }
    this.#rows.push(write(eventWriter, row, fact))
  }

  #writeGraph(entry: AppendEntry): void {
    const { roomNid } = this.#head
    const { eventId, depth } = entry.event
    if (entry.fillsGap) this.#rows.push(write(filledExtremityWriter, { roomNid, eventId, depth }))
    for (const missing of entry.missing ?? []) this.#rows.push(write(backwardExtremityWriter, { roomNid, ...missing }))
  }

  #writeRelation(known: KnownEvent, entry: AppendEntry, fact: number | undefined): void {
    if (entry.verdict !== 'accepted') return
    const relation = relationOf(entry.event)
    if (relation) {
      const { type, sender, depth } = entry.event
      const position = fact === undefined ? (entry.backfilledAt ?? 0) : ('stream' as const)
      const row = { eventNid: known.nid, roomNid: known.roomNid, type, sender, depth, position, ...relation }
      this.#rows.push(write(relationWriter, row, fact))
    }
    if (entry.redacts) {
      this.#redacted.push({ target: entry.redacts, by: known.nid })
      this.#rows.push(write(redactionWriter, { eventId: entry.redacts.event.eventId, redactedBy: known.nid }))
    }
    if (entry.redactedBy !== undefined) {
      this.#rows.push(write(redactionWriter, { eventId: entry.event.eventId, redactedBy: entry.redactedBy }))
    }
  }

  /** Makes `current` the room's state, and memberships, counts and servers follow what differs. */
  #moveState(known: KnownEvent, current: StateNode, fact: number | undefined): void {
    const previous = this.#head.state
    if (previous === current) return
    const changes = this.#trie.difference(previous ?? this.#trie.empty, current)
    let { joined, invited, servers } = this.#head
    for (const change of changes) {
      const entry = change.after ?? change.before
      if (!entry) continue
      this.#changed.set(
        stateKeyOf(entry.type, entry.stateKey),
        change.after?.eventNid === known.nid ? known : undefined,
      )
      if (entry.type !== 'm.room.member') continue
      const [was, is] = [change.before?.membership ?? 0, change.after?.membership ?? 0]
      joined += one(is, membershipCodes.join) - one(was, membershipCodes.join)
      invited += one(is, membershipCodes.invite) - one(was, membershipCodes.invite)
      servers = this.#countServer(servers, change, fact)
      this.#writeMembership(change, fact)
    }
    const serverNames = servers === this.#head.servers ? this.#head.serverNames : [...servers.keys()]
    this.#head = { ...this.#head, state: current, joined, invited, servers, serverNames }
  }

  #countServer(servers: ReadonlyMap<ServerName, number>, change: StateChange, fact: number | undefined) {
    const step =
      one(change.after?.membership ?? 0, membershipCodes.join) -
      one(change.before?.membership ?? 0, membershipCodes.join)
    const stateKey = change.after?.stateKey ?? change.before?.stateKey
    if (step === 0 || stateKey === undefined) return servers
    const serverName = serverNameOf(stateKey as UserId)
    const joined = (servers.get(serverName) ?? 0) + step
    const next = new Map(servers)
    if (joined > 0) next.set(serverName, joined)
    else next.delete(serverName)
    this.#rows.push(write(roomServerWriter, { roomNid: this.#head.roomNid, serverName, joined }, fact))
    return next
  }

  #writeMembership({ before, after }: StateChange, fact: number | undefined): void {
    const { roomNid } = this.#head
    const userId = (after ?? before)?.stateKey as UserId
    if (this.#isLocal(userId)) this.#moved.push(userId)
    if (after) {
      const row = {
        roomNid,
        userId: after.stateKey,
        membership: after.membership,
        eventNid: after.eventNid,
        local: this.#isLocal(after.stateKey),
        strippedState: null,
      }
      this.#rows.push(write(membershipWriter, row, fact))
    } else if (before) {
      this.#rows.push(write(goneMembershipWriter, { roomNid, userId: before.stateKey }, fact))
    }
  }

  #isLocal(userId: string): boolean {
    return serverNameOf(userId as UserId) === this.#parts.serverName
  }

  #announce(known: KnownEvent, headBefore: RoomHead): void {
    const { event } = known
    this.#visible.push(known)
    const target = event.type === 'm.room.member' ? event.stateKey : undefined
    const others = this.#moved.filter((userId) => userId !== target)
    const servers = serversAround(headBefore, this.#head)
    const currentBefore = headBefore.state && this.#trie.hash(headBefore.state)
    const payload: EventFact = { known, servers, currentBefore, ...(others.length > 0 && { moved: others }) }
    this.#facts.push({
      kind: 'event',
      room: event.roomId,
      ...(target !== undefined && this.#isLocal(target) && { user: target }),
      payload,
    })
    this.#rows.push(write(roomPositionWriter, { roomNid: known.roomNid }, this.#facts.length - 1))
  }
}

const flagsOf = (known: KnownEvent): number =>
  (known.outlier ? eventFlags.outlier : 0) |
  (known.rejected ? eventFlags.rejected : 0) |
  (known.softFailed ? eventFlags.softFailed : 0) |
  (known.relay ? eventFlags.relay : 0)

const one = (code: MembershipCode, wanted: MembershipCode): number => (code === wanted ? 1 : 0)

/** Servers around an event: one shared list, unless the event brought or took one. */
function serversAround(before: RoomHead, after: RoomHead): readonly ServerName[] {
  if (before.servers === after.servers) return after.serverNames
  return [...new Set([...before.serverNames, ...after.serverNames])]
}

/** What the state map notes of a membership event; an unknown membership cannot pass the rules. */
export function membershipCode(event: RoomEvent): MembershipCode {
  if (event.type !== 'm.room.member') return 0
  const membership = event.content['membership']
  return isMembership(membership) ? membershipCodes[membership] : 0
}
