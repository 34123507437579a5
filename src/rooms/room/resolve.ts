// The room state where branches of the history meet: fetches what the pure resolution asks for, and hands it in.
// spec: rooms/ #state-resolution; server-server-api #pdus

import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import {
  conflictedSubgraph,
  type EventSource,
  resolveConflict,
  resolveState,
  type StateMap,
  splitStateKey,
  stateKeyOf,
} from '#protocol/state-resolution/state-resolution.ts'
import type { StateEntry, StateNode } from '../state/state-map.ts'
import type { StateKey, StateNodes } from '../state/state-nodes.ts'
import { membershipCode } from './append.ts'
import type { AuthChains } from './auth-chains.ts'
import type { EventLog } from './event-log.ts'
import type { KnownEvent } from './known-event.ts'

export interface ResolveParts {
  readonly nodes: StateNodes
  readonly log: EventLog
  readonly chains: AuthChains
  readonly crypto: Pick<Crypto, 'verify'>
}

/** The resolution of states by their roots. One root, or equal ones, come back as they are. */
export async function resolveRoots(
  roots: readonly StateNode[],
  version: RoomVersion,
  parts: ResolveParts,
): Promise<StateNode> {
  const { trie } = parts.nodes
  const different = [...new Map(roots.map((root) => [trie.hash(root), root])).values()]
  const [first] = different
  if (!first) return trie.empty
  if (different.length === 1) return first

  const { loaded, conflicts } = await compare(different, parts.nodes)
  const { source, base } = await gather(conflicts, loaded[0] ?? first, parts)
  const resolve = version.stateResolution === 'v1' ? resolveByV1 : resolveByV2
  return overlay(base, conflicts, resolve(conflicts, base, source, version, parts), source, parts.nodes)
}

/** What the states say of each key on which not all agree; absent where a state has nothing. */
type Conflicts = ReadonlyMap<string, readonly (StateEntry | undefined)[]>

async function compare(roots: readonly StateNode[], nodes: StateNodes) {
  const loaded = [...roots]
  const keys = new Map<string, StateKey>()
  for (let index = 1; index < loaded.length; index++) {
    const [base, other] = await nodes.ensureDifference(loaded[0] as StateNode, loaded[index] as StateNode)
    loaded[0] = base
    loaded[index] = other
    for (const { before, after } of nodes.trie.difference(base, other)) {
      const entry = before ?? after
      if (entry) keys.set(stateKeyOf(entry.type, entry.stateKey), entry)
    }
  }
  const conflicts = new Map<string, (StateEntry | undefined)[]>()
  for (const [index, root] of loaded.entries()) {
    const complete = await nodes.ensure(root, [...keys.values()])
    loaded[index] = complete
    for (const [key, { type, stateKey }] of keys) {
      const entries = conflicts.get(key) ?? []
      entries.push(nodes.trie.get(complete, type, stateKey))
      conflicts.set(key, entries)
    }
  }
  return { loaded, conflicts }
}

/** What a resolution works on: events by ID and number, the auth difference, and the part of the state on which all agree. */
class Gathered implements EventSource {
  readonly byId = new Map<EventId, KnownEvent>()
  readonly byNid = new Map<number, KnownEvent>()
  difference: ReadonlySet<EventId> = new Set()

  add(events: Iterable<KnownEvent>): KnownEvent[] {
    const added: KnownEvent[] = []
    for (const known of events) {
      if (this.byNid.has(known.nid)) continue
      this.byId.set(known.event.eventId, known)
      this.byNid.set(known.nid, known)
      added.push(known)
    }
    return added
  }

  event(id: EventId): RoomEvent | undefined {
    return this.byId.get(id)?.event
  }

  isRejected(id: EventId): boolean {
    return this.byId.get(id)?.rejected ?? true
  }

  idOf(entry: StateEntry | undefined): EventId | undefined {
    return entry && this.byNid.get(entry.eventNid)?.event.eventId
  }
}

/** Loads the conflicted events, the auth difference, the auth events behind them and the unconflicted state that judges them. */
async function gather(conflicts: Conflicts, base: StateNode, parts: ResolveParts) {
  const { log, chains } = parts
  const source = new Gathered()
  const nids = [...conflicts.values()].flatMap((entries) => entries.flatMap((entry) => entry?.eventNid ?? []))
  source.add((await log.byNids(nids)).values())

  const width = [...conflicts.values()][0]?.length ?? 0
  // An event that is not stored yet has no chain: its auth events stand for it.
  const unplaced = [...source.byNid.values()].filter((known) => known.chain === undefined)
  const behind = await log.byNids(unplaced.flatMap((known) => known.authNids))
  const standing = (known: KnownEvent): KnownEvent[] =>
    known.chain ? [known] : known.authNids.flatMap((nid) => behind.get(nid) ?? [])
  const sets = Array.from({ length: width }, (_, index) =>
    [...conflicts.values()].flatMap((entries) => {
      const known = source.byNid.get(entries[index]?.eventNid ?? -1)
      return known ? standing(known) : []
    }),
  )
  const difference = await log.byNids(await chains.difference(sets, () => unconflictedNids(base, conflicts, parts)))
  source.add(difference.values())
  source.difference = new Set([...difference.values()].map((known) => known.event.eventId))

  // Auth chains of what differs, among them every chain of power levels: breadth first, one query per step.
  let edge: KnownEvent[] = [...source.byNid.values()]
  while (edge.length > 0) {
    const next = await log.byNids(edge.flatMap((known) => known.authNids))
    edge = source.add(next.values())
  }
  const loadedBase = await loadUnconflictedAuth(source, conflicts, base, parts)
  return { source, base: loadedBase }
}

async function unconflictedNids(base: StateNode, conflicts: Conflicts, { nodes }: ResolveParts): Promise<number[]> {
  const nids: number[] = []
  for (const entry of nodes.trie.entries(await nodes.ensureAll(base))) {
    if (!conflicts.has(stateKeyOf(entry.type, entry.stateKey))) nids.push(entry.eventNid)
  }
  return nids
}

/** Loads the unconflicted state that the rules ask for when they judge the events of the source. */
async function loadUnconflictedAuth(
  source: Gathered,
  conflicts: Conflicts,
  base: StateNode,
  { nodes, log }: ResolveParts,
): Promise<StateNode> {
  const create = { type: 'm.room.create', stateKey: '' }
  const keys = new Map<string, StateKey>([[stateKeyOf(create.type, create.stateKey), create]])
  for (const { event } of source.byId.values()) {
    for (const key of authEventKeys(event, event.version)) keys.set(stateKeyOf(key.type, key.stateKey), key)
  }
  const wanted = [...keys].flatMap(([name, key]) => (conflicts.has(name) ? [] : key))
  const root = await nodes.ensure(base, wanted)
  const entries = wanted.flatMap(({ type, stateKey }) => nodes.trie.get(root, type, stateKey) ?? [])
  source.add((await log.byNids(entries.map((entry) => entry.eventNid))).values())
  return root
}

/** The state on which all agree, as far as it was loaded. */
function unconflictedState(conflicts: Conflicts, base: StateNode, source: Gathered, nodes: StateNodes) {
  return (key: string): EventId | undefined => {
    if (conflicts.has(key)) return undefined
    const { type, stateKey } = splitStateKey(key)
    const entry = nodes.trie.find(base, type, stateKey)
    return entry === 'not-loaded' ? undefined : source.idOf(entry)
  }
}

function resolveByV1(
  conflicts: Conflicts,
  base: StateNode,
  source: Gathered,
  version: RoomVersion,
  { nodes, crypto }: ResolveParts,
): ReadonlyMap<string, EventId> {
  const agreed = unconflictedState(conflicts, base, source, nodes)
  const shared = new Map<string, EventId>()
  for (const { event } of source.byId.values()) {
    const key = stateKeyOf(event.type, event.stateKey ?? '')
    const id = event.stateKey === undefined ? undefined : agreed(key)
    if (id !== undefined) shared.set(key, id)
  }
  const width = [...conflicts.values()][0]?.length ?? 0
  const states: StateMap[] = Array.from({ length: width }, (_, index) => {
    const state = new Map(shared)
    for (const [key, entries] of conflicts) {
      const id = source.idOf(entries[index])
      if (id !== undefined) state.set(key, id)
    }
    return state
  })
  return resolveState(states, source, { version, crypto })
}

function resolveByV2(
  conflicts: Conflicts,
  base: StateNode,
  source: Gathered,
  version: RoomVersion,
  { nodes, crypto }: ResolveParts,
): ReadonlyMap<string, EventId> {
  const conflicted = new Set<EventId>()
  for (const entries of conflicts.values()) {
    for (const entry of entries) {
      const id = source.idOf(entry)
      if (id !== undefined) conflicted.add(id)
    }
  }
  const isV21 = version.stateResolution === 'v2.1'
  const conflict = {
    unconflicted: { get: unconflictedState(conflicts, base, source, nodes) },
    conflicted,
    authDifference: source.difference,
    conflictedSubgraph: isV21 ? conflictedSubgraph(conflicted, source) : new Set<EventId>(),
  }
  return resolveConflict(conflict, source, { version, crypto })
}

/** Lays the resolved keys over the base, and takes away the conflicted keys that nothing was left for. */
async function overlay(
  base: StateNode,
  conflicts: Conflicts,
  resolved: ReadonlyMap<string, EventId>,
  source: Gathered,
  nodes: StateNodes,
): Promise<StateNode> {
  const keys = new Map<string, StateKey>()
  for (const key of [...conflicts.keys(), ...resolved.keys()]) keys.set(key, splitStateKey(key))
  let root = await nodes.ensure(base, [...keys.values()])
  for (const [key, { type, stateKey }] of keys) {
    const id = resolved.get(key)
    const known = id && source.byId.get(id)
    if (known) {
      root = nodes.trie.set(root, { type, stateKey, eventNid: known.nid, membership: membershipCode(known.event) })
    } else if (conflicts.has(key)) {
      root = nodes.trie.remove(await nodes.ensureAround(root, { type, stateKey }), type, stateKey)
    }
  }
  return root
}
