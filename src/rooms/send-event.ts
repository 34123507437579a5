// Sends events of our own: build, authorize (Matrix's rules), sign, persist.
// spec: server-server-api #pdus, #signing-events; client-server-api #sending-events-to-a-room

import { hash } from 'node:crypto'
import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import { authorize, mayRedact, type Verdict } from '#protocol/auth-rules/auth-rules.ts'
import { forbidden } from '#protocol/errors/errors.ts'
import { buildEvent, type EventDraft, type RoomEvent, referenceHash } from '#protocol/events/events.ts'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import { CanonicalJsonError, canonicalJson, type JsonObject } from '#protocol/json/json.ts'
import { isAtLeast, powerLevelOf, requiredLevelTo, roomPower } from '#protocol/power-levels/power-levels.ts'
import type { Draft, Transaction } from './draft.ts'
import { extremitiesToName, type NewEnd, ownKey, stateAfterAll, withNewEnd } from './extremities.ts'
import { refuseBadRelation } from './relation-checks.ts'
import type { Append } from './room/append.ts'
import type { Engine } from './room/engine.ts'
import type { HotRoom, StateEvents } from './room/hot-room.ts'
import type { KnownEvent } from './room/known-event.ts'
import type { Extremity, RoomHead } from './room/room-head.ts'
import type { StateNode } from './state/state-map.ts'
import type { SentTransactionRow } from './store/event-writers.ts'
import { transactionEvent } from './store/read-events.ts'

export type { Draft, Transaction } from './draft.ts'

/**
 * Sends one event into a room we are in, and returns its ID when it is durable. A client that repeats a transaction gets the event
 * that it sent the first time.
 *
 * @throws 403 with the rule that refused, 404 for an unknown room, 413 for an event that is too large, 400 for content without
 * canonical JSON.
 */
export async function sendEvent(
  engine: Engine,
  roomId: RoomId,
  draft: Draft,
  transaction?: Transaction,
): Promise<EventId> {
  if (draft.type === 'm.room.create') throw forbidden('create/again', 'A room is created once. Make another room.')
  if (!transaction) return sendOnce(engine, roomId, draft)
  const device = transactionRow(engine, roomId, draft, transaction)
  return engine.transactions.once(device.row.key, async () => {
    try {
      return await sendOnce(engine, roomId, draft, device)
    } catch (error) {
      // Sent before a restart, or by another process: its first answer stands, whatever is allowed now.
      const before = await engine.parts.database.one(transactionEvent, device.row.key)
      if (before) return before.event_id as EventId
      throw error
    }
  })
}

function sendOnce(engine: Engine, roomId: RoomId, draft: Draft, device?: DeviceRow): Promise<EventId> {
  return engine.turn(roomId, async (room) => {
    const same = await unchangedState(room, draft)
    if (same) return { result: same, durable: Promise.resolve() }
    await refuseBadRelation(engine, room, draft)
    const append = engine.append(room)
    const known = await addEvent(engine, room, append, draft, device)
    return { result: known.event.eventId, durable: engine.commit(room, append) }
  })
}

/** Builds an event on the append's head, checks it and adds it. Several of them make one act. */
export async function addEvent(
  engine: Engine,
  room: HotRoom,
  append: Append,
  draft: Draft,
  device?: DeviceRow,
): Promise<KnownEvent> {
  const built = await draftEvent(engine, room, append, draft)
  await engine.numbers.reserve(1)
  if (draft.stateKey !== undefined) {
    await engine.chains.prepare(built.auth)
    await append.loadState([{ type: draft.type, stateKey: draft.stateKey }])
  }
  const nid = engine.numbers.take()
  const place = built.before
    ? await placeBeside(engine, room, append, { event: built.event, nid, before: built.before })
    : placeAtEnd(engine, append.head, { event: built.event, nid })
  const { event, json, auth, redacts } = built
  return append.add({
    nid,
    event,
    json,
    auth,
    verdict: 'accepted',
    ...place,
    ...(device && { device: { ...device, row: { ...device.row, eventNid: nid } } }),
    ...(redacts && { redacts }),
  })
}

interface BuiltEvent {
  readonly event: RoomEvent
  readonly json: string
  readonly auth: readonly KnownEvent[]
  /** The state before it, where that is not the room's own: it does not name all extremities. */
  readonly before: StateNode | undefined
  readonly redacts: KnownEvent | undefined
}

/** Builds and checks an event on the append's head, and does not add it. */
export async function draftEvent(engine: Engine, room: HotRoom, append: Append, draft: Draft): Promise<BuiltEvent> {
  const { version, roomId } = room.head
  const authKeys = authEventKeys({ ...draft, stateKey: draft.stateKey }, version)
  const keys = [{ type: 'm.room.create', stateKey: '' }, ...authKeys]
  const previous = extremitiesToName(append.head.extremities)
  const before = await stateBeside(engine, room, append, previous)
  const state = before ? await engine.stateEventsAt(before, keys) : await stateFor(engine, room, append, keys)
  const auth = authKeys.flatMap(({ type, stateKey }) => state.known(type, stateKey) ?? [])
  const { event, json } = buildEvent(
    {
      type: draft.type,
      stateKey: draft.stateKey,
      sender: draft.sender,
      roomId,
      content: draft.content,
      originServerTs: draft.originServerTs ?? engine.parts.clock.now(),
      depth: Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, ...previous.map(({ depth }) => depth)) + 1),
      prevEvents: previous.map(({ eventId }) => eventId),
      authEvents: auth.map((known) => known.event.eventId),
      redacts: draft.redacts,
      ...(version.eventIdFormat === 'field' && (await formerFields(engine, auth, previous))),
    },
    buildParts(engine, room),
  )
  refuseUnlessAuthorized(engine, event, state)
  // Of what it does not name something may forbid it: others would soft-fail it, so it is not sent.
  if (before) refuseUnlessAuthorized(engine, event, await room.stateEvents(keys))
  const redacts = await redactedBy(engine, event, state)
  return { event, json, auth, before, redacts }
}

function refuseUnlessAuthorized(engine: Engine, event: RoomEvent, state: StateEvents): void {
  const { crypto } = engine.parts
  refuseUnlessAllowed(authorize(event, { state, crypto, createEvent: state.get('m.room.create', '') }))
}

/** An event that names all extremities stands on the room's state and is its only end. */
const placeAtEnd = (engine: Engine, head: RoomHead, { event, nid }: Omit<NewEnd, 'before'>) => ({
  before: head.state ?? engine.nodes.trie.empty,
  extremities: [{ nid, eventId: event.eventId, depth: event.depth }],
})

/** An event that leaves some extremities beside it, for later ones to take up. */
async function placeBeside(engine: Engine, room: HotRoom, append: Append, end: NewEnd) {
  const { extremities, current } = await withNewEnd(engine, room, end)
  return {
    before: await engine.nodes.ensure(end.before, ownKey(end.event)),
    extremities,
    ...(current && { current: await append.loadMove(current, ownKey(end.event)) }),
  }
}

/** The state where an event stands that does not name all extremities; undefined: it does, and stands on the room's own. */
async function stateBeside(
  engine: Engine,
  room: HotRoom,
  append: Append,
  named: readonly Extremity[],
): Promise<StateNode | undefined> {
  if (named.length === append.head.extremities.length) return undefined
  const events = await engine.log.byNids(named.map(({ nid }) => nid))
  return stateAfterAll(engine, room, events.values())
}

export const buildParts = (engine: Engine, room: { readonly head: Pick<HotRoom['head'], 'version'> }) => ({
  version: room.head.version,
  serverName: engine.parts.serverName,
  crypto: engine.parts.crypto,
  signingKey: engine.parts.signingKey(),
})

/** The state events for the keys as the append sees them: what it added itself before what the room had. */
async function stateFor(
  engine: Engine,
  room: HotRoom,
  append: Append,
  keys: readonly { type: string; stateKey: string }[],
): Promise<StateEvents> {
  if (append.events.length === 0) return room.stateEvents(keys)
  return append.stateEvents(keys, engine.log)
}

/** Room versions 1 and 2 have the event ID and the hashes of the events named as fields. */
async function formerFields(
  engine: Engine,
  auth: readonly KnownEvent[],
  previous: readonly { nid: number }[],
): Promise<Pick<EventDraft, 'eventId' | 'referenceHashes'>> {
  const { random, serverName, crypto } = engine.parts
  const named = [...auth, ...(await engine.log.byNids(previous.map(({ nid }) => nid))).values()]
  return {
    eventId: `$${random.text(18)}:${serverName}` as EventId,
    referenceHashes: new Map(
      named.map(({ event }) => [event.eventId, referenceHash(event.pdu, event.version, crypto)]),
    ),
  }
}

/** The event that a redaction hides: known, in the same room, and the sender may. An unknown one may come later. */
async function redactedBy(engine: Engine, event: RoomEvent, state: StateEvents): Promise<KnownEvent | undefined> {
  if (event.redacts === undefined) return undefined
  const target = await engine.log.byId(event.redacts)
  if (!target || target.event.roomId !== event.roomId) return undefined
  refuseUnlessAllowed(mayRedact(event, target.event, state, state.get('m.room.create', '')))
  refuseUnlessOwnOrPowerful(event, target.event, state)
  return target
}

/**
 * Among servers a redaction counts when it comes from the author's server, since the server answers for its users. So here we must:
 * our users remove what they wrote themselves, or need the power to remove.
 */
function refuseUnlessOwnOrPowerful(redaction: RoomEvent, target: RoomEvent, state: StateEvents): void {
  if (target.sender === redaction.sender) return
  const power = roomPower(state, redaction.version)
  if (isAtLeast(powerLevelOf(redaction.sender, power), requiredLevelTo('redact', power))) return
  throw forbidden(
    'redaction/power-level',
    'Your power level in this room does not allow you to remove what others wrote. Ask a moderator to do it.',
  )
}

/** A state event that says what the state says already is not sent again. Only its sender is told, and only while in the room. */
async function unchangedState(room: HotRoom, draft: Draft): Promise<EventId | undefined> {
  if (draft.stateKey === undefined) return undefined
  const { type, stateKey, sender } = draft
  const state = await room.stateEvents([
    { type, stateKey },
    { type: 'm.room.member', stateKey: sender },
  ])
  const current = state.known(type, stateKey)
  if (!current || current.event.sender !== sender || current.redactedBy !== undefined) return undefined
  const isIn = state.get('m.room.member', sender)?.content['membership'] === 'join'
  if (!isIn && type !== 'm.room.member') return undefined
  return isSameContent(current.event.content, draft.content) ? current.event.eventId : undefined
}

function isSameContent(a: JsonObject, b: JsonObject): boolean {
  try {
    return canonicalJson(a) === canonicalJson(b)
  } catch (error) {
    // Content without canonical JSON is nobody's content: building the event refuses it with the right words.
    if (error instanceof CanonicalJsonError) return false
    throw error
  }
}

export function refuseUnlessAllowed(verdict: Verdict): void {
  if (!verdict.allowed) throw forbidden(verdict.rule, verdict.message)
}

interface DeviceRow {
  readonly deviceId: string
  readonly txnId: string
  readonly row: SentTransactionRow
}

function transactionRow(engine: Engine, roomId: RoomId, draft: Draft, transaction: Transaction): DeviceRow {
  const { deviceId, txnId } = transaction
  const scope = [draft.sender, deviceId, roomId, draft.type, txnId].join('\0')
  const key = hash('sha256', scope, 'buffer').subarray(0, 16)
  return { deviceId, txnId, row: { key, eventNid: 0, sentTs: engine.parts.clock.now() } }
}
