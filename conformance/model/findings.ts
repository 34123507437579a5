// Holds what the servers have stored against the whole graph, and against each other.
// spec: server-server-api #room-state-resolution, #soft-failure; docs/architecture.md (tests)

import { loadCrypto } from '#platform/crypto/crypto.ts'
import { statement } from '#platform/database/database.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import { type EventId, serverNameOf } from '#protocol/identifiers/identifiers.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import { type StateMap, splitStateKey, stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import type { KnownEvent, NodeHash, RoomHead } from '#rooms/rooms.ts'
import type { TestServer } from '../../src/federation/servers-for-tests.ts'
import type { World } from './play.ts'
import { WholeGraph } from './whole-graph.ts'

/** What a run came to. `findings` is empty when everything is as it must be; the counts show that there was something to compare. */
export interface Verdict {
  readonly findings: readonly string[]
  readonly events: number
  readonly rejected: number
  readonly softFailed: number
  readonly forks: number
  /** Made by the dishonest server, and kept; how many of them stand on what nobody has. */
  readonly ofLiar: number
  readonly told: number
  readonly statesCompared: number
  readonly serversCompared: number
}

const eventsOfRoom = statement<[string], { event_nid: number }>(
  'test.events_of_room',
  `select event_nid from event join room using (room_nid) where room_id = $1 order by event_nid`,
)

/** What one server has. */
interface Holding {
  readonly server: TestServer
  readonly head: RoomHead
  /** With a place in the history. */
  readonly placed: readonly KnownEvent[]
  readonly outliers: readonly KnownEvent[]
  /** IDs of all, outliers too. */
  readonly ids: ReadonlyMap<number, EventId>
}

export async function judgeRun(world: World): Promise<Verdict> {
  const holdings = (await Promise.all(world.servers.map((server) => holdingOf(world, server)))).flatMap(
    (one) => one ?? [],
  )
  const version = roomVersion(holdings[0]?.head.version.id ?? '')
  if (!version) throw new Error('Nobody has the room.')
  const { told, findings } = await statesTold(holdings)
  const texts = (pick: (holding: Holding) => readonly KnownEvent[]) => holdings.flatMap(pick).map(({ json }) => json)
  const kept = { placed: texts(({ placed }) => placed), outliers: texts(({ outliers }) => outliers), told }
  const graph = new WholeGraph(kept, version, loadCrypto())
  findings.push(...missingIn(graph, world))
  let statesCompared = 0
  for (const holding of holdings) {
    const compared = await compareWithGraph(holding, graph)
    findings.push(...compared.findings)
    statesCompared += compared.count
  }
  const residents = mutualResidents(holdings)
  for (const holding of residents) {
    findings.push(...(await compareWithOther(holding, residents[0] ?? holding, graph)))
    findings.push(...notKnown(world, holding, graph))
  }
  for (const { name, faults } of world.servers) findings.push(...faults.map((fault) => `${name} logged ${fault}`))
  const judged = graph.placed
  return {
    findings,
    events: judged.length,
    rejected: judged.filter(({ rejected }) => rejected !== undefined).length,
    softFailed: holdings.flatMap(({ placed }) => placed).filter(({ softFailed }) => softFailed).length,
    forks: judged.filter(({ event }) => event.prevEvents.length > 1).length,
    ofLiar: judged.filter(({ event }) => isOfLiar(world, event)).length,
    told: told.size,
    statesCompared,
    serversCompared: residents.length,
  }
}

async function holdingOf({ roomId }: World, server: TestServer): Promise<Holding | undefined> {
  const head = await server.rooms.head(roomId)
  if (!head) return undefined
  const nids = (await server.database.run(eventsOfRoom, roomId)).map((row) => row.event_nid)
  const known = [...(await server.rooms.eventsByNid(nids)).values()]
  return {
    server,
    head,
    placed: known.filter(({ outlier }) => !outlier),
    outliers: known.filter(({ outlier }) => outlier),
    ids: new Map(known.map(({ nid, event }) => [nid, event.eventId])),
  }
}

/** The state before events that stand on what nobody has: whatever a server was told, and to all the same. */
async function statesTold(holdings: readonly Holding[]): Promise<{ told: Map<EventId, StateMap>; findings: string[] }> {
  const placed = new Set(holdings.flatMap((holding) => holding.placed.map(({ event }) => event.eventId)))
  const told = new Map<EventId, StateMap>()
  const findings: string[] = []
  for (const holding of holdings) {
    for (const { event, stateBefore } of holding.placed) {
      if (!stateBefore || event.prevEvents.every((id) => placed.has(id))) continue
      const state = await readState(holding, stateBefore)
      const other = told.get(event.eventId)
      if (other && !isSame(state, other)) findings.push(`${holding.server.name}: another state before ${event.eventId}`)
      told.set(event.eventId, state)
    }
  }
  return { told, findings }
}

const isSame = (one: StateMap, other: StateMap): boolean =>
  one.size === other.size && [...one].every(([key, id]) => other.get(key) === id)

/** What honest servers name is somewhere. */
function missingIn(graph: WholeGraph, world: World): string[] {
  return graph.placed.flatMap(({ event }) => {
    if (isOfLiar(world, event)) return []
    const missing = [...event.prevEvents, ...event.authEvents].filter((id) => !graph.event(id))
    return missing.map((id) => `${id} is named by ${event.eventId} of ${event.sender} and nobody has it`)
  })
}

const isOfLiar = ({ liar }: World, { sender }: RoomEvent): boolean => serverNameOf(sender) === liar?.server.name

/** Every event judged as in the graph, with the same state after it; and the current state that of the extremities. */
async function compareWithGraph(holding: Holding, graph: WholeGraph): Promise<{ findings: string[]; count: number }> {
  const { server, head, placed } = holding
  const findings: string[] = []
  const states = new Map<NodeHash, StateMap>()
  const stateOf = async (name: NodeHash) => {
    const state = states.get(name) ?? (await readState(holding, name))
    states.set(name, state)
    return state
  }
  let count = 0
  for (const { event, rejected, stateBefore, stateAfter } of placed) {
    const judged = graph.judged.get(event.eventId)
    if (!judged) throw new Error('An event of a server is not in the graph.')
    const what = `${server.name}: ${event.type} ${event.eventId} by ${event.sender}`
    if (rejected !== (judged.rejected !== undefined)) {
      findings.push(`${what} is ${rejected ? 'rejected' : 'accepted'}, the graph says ${judged.rejected ?? 'accepted'}`)
    }
    for (const [name, right, place] of [
      [stateBefore, judged.before, 'before'],
      [stateAfter, judged.after, 'after'],
    ] as const) {
      if (!name) continue
      count++
      findings.push(...difference(await stateOf(name), right, graph).map((text) => `${what}, state ${place}: ${text}`))
    }
  }
  // A server that is out of the room knows no more than that; its state is that of its last event.
  if (head.servers.has(server.name)) {
    count++
    const right = graph.stateAfter(head.extremities.map(({ eventId }) => eventId))
    const name = await server.rooms.stateNameAt(head.roomNid, Number.MAX_SAFE_INTEGER)
    const current = name ? await stateOf(name) : new Map<string, EventId>()
    findings.push(...difference(current, right, graph).map((text) => `${server.name}, current state: ${text}`))
  }
  return { findings, count }
}

async function readState({ server, ids }: Holding, name: NodeHash): Promise<StateMap> {
  const entries = await server.rooms.stateEntries(name)
  return new Map(
    entries.map(({ type, stateKey, eventNid }) => [stateKeyOf(type, stateKey), ids.get(eventNid) ?? unknown]),
  )
}

const unknown = '$unknown' as EventId

function difference(state: StateMap, right: StateMap, graph: WholeGraph): string[] {
  if (state === right) return []
  const named = (id: EventId | undefined) =>
    id === undefined ? 'nothing' : `${id} ${JSON.stringify(graph.event(id)?.content)}`
  return [...new Set([...state.keys(), ...right.keys()])].flatMap((key) => {
    const [is, must] = [state.get(key), right.get(key)]
    const { type, stateKey } = splitStateKey(key)
    return is === must ? [] : [`${type} ${stateKey} is ${named(is)}, must be ${named(must)}`]
  })
}

/** Those who are in the room, and of whom all the others know that they are. */
function mutualResidents(holdings: readonly Holding[]): Holding[] {
  const inside = holdings.filter(({ server, head }) => head.servers.has(server.name))
  return inside.filter(({ server }) => inside.every(({ head }) => head.servers.has(server.name)))
}

async function compareWithOther(holding: Holding, other: Holding, graph: WholeGraph): Promise<string[]> {
  const [one, two] = await Promise.all(
    [holding, other].map(async ({ server, head, ...rest }) => {
      const name = await server.rooms.stateNameAt(head.roomNid, Number.MAX_SAFE_INTEGER)
      return name ? readState({ server, head, ...rest }, name) : new Map<string, EventId>()
    }),
  )
  const [is, must] = [one ?? new Map(), two ?? new Map()]
  return difference(is, must, graph).map((text) => `${holding.server.name} against ${other.server.name}: ${text}`)
}

/**
 * Accepted events after the server came that were made where it was known to be in the room, and that it does not have. Those of a dishonest server
 * only some may have been told of.
 */
function notKnown(world: World, { server, placed }: Holding, graph: WholeGraph): string[] {
  const own = new Set(placed.map(({ event }) => event.eventId))
  const since = world.cameAt.get(server)
  if (!since) throw new Error('A server is in the room and never came.')
  return graph.placed.flatMap(({ event, rejected, before }) => {
    if (rejected !== undefined || own.has(event.eventId) || isOfLiar(world, event)) return []
    if (!isIn(server, before, graph)) return []
    if (!since.every((id) => graph.isBehind(event.eventId, id))) return []
    return [`${server.name} does not know ${event.type} ${event.eventId} by ${event.sender}`]
  })
}

function isIn({ name }: TestServer, state: StateMap, graph: WholeGraph): boolean {
  for (const [key, id] of state) {
    const { type, stateKey } = splitStateKey(key)
    if (type !== 'm.room.member' || !stateKey.endsWith(`:${name}`)) continue
    if (graph.event(id)?.content['membership'] === 'join') return true
  }
  return false
}
