// Events as another server may see them: what history visibility hides is sent redacted, so that the graph stays whole and says nothing.
// spec: client-server-api/modules/history_visibility.md; server-server-api #backfilling-and-retrieving-missing-events

import { eventJson, redactEvent } from '#protocol/events/events.ts'
import {
  type Membership,
  membershipOf,
  sightOfServer,
  strongestMembership,
  visibilityAround,
} from '#protocol/history-visibility/history-visibility.ts'
import { type ServerName, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { StateEvents } from '../room/hot-room.ts'
import type { KnownEvent } from '../room/known-event.ts'
import { membershipOfCode, type NodeHash } from '../state/state-map.ts'

const visibilityKey = [{ type: 'm.room.history_visibility', stateKey: '' }] as const

/** The PDUs as texts, in the order given, whole or redacted. All of one room, asked for by a server that is in it. */
export async function showToServer(
  engine: Engine,
  events: readonly KnownEvent[],
  server: ServerName,
): Promise<string[]> {
  const members = new Map<NodeHash, Membership>()
  const texts: string[] = []
  const visibilities = await visibilitiesBefore(engine, events)
  const erased = await engine.erasedUsers()
  for (const known of events) {
    const state = known.stateBefore && visibilities.get(known.stateBefore)
    const look = { server, members, senderErased: erased.has(known.event.sender) }
    const whole = state ? await isSeen(engine, known, state, look) : known.event.stateKey !== undefined
    texts.push(whole ? pduText(known) : redactedText(known))
  }
  return texts
}

/** A PDU as stored; redacted when a redaction has hidden it. For states and auth chains, which every server in the room may see. */
export const pduText = (known: KnownEvent): string =>
  known.redactedBy === undefined ? known.json : redactedText(known)

const redactedText = ({ event }: KnownEvent): string => eventJson(redactEvent(event).pdu, event.version)

async function visibilitiesBefore(engine: Engine, events: readonly KnownEvent[]) {
  const names = new Set(events.flatMap(({ stateBefore }) => stateBefore ?? []))
  const found = new Map<NodeHash, StateEvents>()
  for (const name of names) found.set(name, await engine.stateEventsAt(engine.root(name), visibilityKey))
  return found
}

interface Look {
  readonly server: ServerName
  /** What the server's users were, by the name of the state; filled as it is asked for. */
  readonly members: Map<NodeHash, Membership>
  readonly senderErased: boolean
}

/** Seen whole: not hidden, and not by an erased user from before the server came. */
async function isSeen(
  engine: Engine,
  known: KnownEvent,
  state: StateEvents,
  { server, members, senderErased }: Look,
): Promise<boolean> {
  const visibility = visibilityAround(known.event, state)
  // For these two it does not matter who was there, and nobody's membership is looked at.
  const forAll = [visibility.before, visibility.after].some((value) => value === 'shared' || value === 'world_readable')
  if (forAll && !senderErased) return true
  const before = await membershipOfServer(engine, known.stateBefore, server, members)
  const membership = { before, after: strongestMembership([before, ownChange(known, server)]) }
  return sightOfServer({ visibility, membership, joinedLater: true, senderErased }) === 'whole'
}

function ownChange({ event }: KnownEvent, server: ServerName): Membership {
  const { type, stateKey } = event
  const isOwn = type === 'm.room.member' && stateKey !== undefined && serverNameOf(stateKey as UserId) === server
  return isOwn ? membershipOf(event) : 'leave'
}

/** What the server's users were before an event. Walks the state, once for each: only in rooms that hide their history. */
async function membershipOfServer(
  engine: Engine,
  name: NodeHash | undefined,
  server: ServerName,
  known: Map<NodeHash, Membership>,
): Promise<Membership> {
  if (name === undefined) return 'leave'
  const before = known.get(name)
  if (before !== undefined) return before
  const root = await engine.nodes.ensureAll(engine.root(name))
  let strongest: Membership = 'leave'
  for (const { type, stateKey, membership } of engine.nodes.trie.entries(root)) {
    if (type !== 'm.room.member' || serverNameOf(stateKey as UserId) !== server) continue
    strongest = strongestMembership([strongest, membershipOfCode(membership) ?? 'leave'])
    if (strongest === 'join') break
  }
  known.set(name, strongest)
  return strongest
}

/** Was the server in the room just before an event? Each state is looked through once. */
export function presenceOf(engine: Engine, server: ServerName): (known: KnownEvent) => Promise<boolean> {
  const members = new Map<NodeHash, Membership>()
  return async ({ stateBefore }) => (await membershipOfServer(engine, stateBefore, server, members)) === 'join'
}
