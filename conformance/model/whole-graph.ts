// What a room's history says when nobody stores anything: every event judged, and every state made, from the PDUs alone by the pure functions.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu (4, 5), #room-state-resolution; rooms/ #state-resolution

import { authorize, authorizeAuthEvents } from '#protocol/auth-rules/auth-rules.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import { parsePdu, type RoomEvent, type StateView } from '#protocol/events/events.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import { parseJson } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import {
  type EventSource,
  resolveState,
  type StateMap,
  stateKeyOf,
} from '#protocol/state-resolution/state-resolution.ts'

export interface JudgedEvent {
  readonly event: RoomEvent
  /** The rule that refused it; undefined: accepted. */
  readonly rejected: string | undefined
  readonly before: StateMap
  readonly after: StateMap
}

/** What is known of a room's history, by whom it was kept. */
export interface Kept {
  /** Texts as the servers store them, each event once or more often, in any order. */
  readonly placed: Iterable<string>
  /** Events without a place in the history: judged by their auth events alone. */
  readonly outliers?: Iterable<string>
  /** The state before events that stand on what nobody has, as it was told. */
  readonly told?: ReadonlyMap<EventId, StateMap>
}

/** The events of one room, judged in the order of the graph. */
export class WholeGraph implements EventSource {
  readonly #judged = new Map<EventId, JudgedEvent>()
  readonly #events: ReadonlyMap<EventId, RoomEvent>
  readonly #version: RoomVersion
  readonly #crypto: Crypto
  readonly #outliers: ReadonlyMap<EventId, RoomEvent>
  readonly #told: ReadonlyMap<EventId, StateMap>
  readonly #create: RoomEvent | undefined

  /** Throws for a text that is no event. */
  constructor({ placed, outliers = [], told = new Map() }: Kept, version: RoomVersion, crypto: Crypto) {
    this.#version = version
    this.#crypto = crypto
    const read = (pdus: Iterable<string>) =>
      new Map([...pdus].map((pdu) => readPdu(pdu, version, crypto)).map((event) => [event.eventId, event]))
    const inHistory = read(placed)
    this.#outliers = new Map([...read(outliers)].filter(([id]) => !inHistory.has(id)))
    this.#events = new Map([...this.#outliers, ...inHistory])
    this.#told = told
    this.#create = [...this.#events.values()].find(({ type, prevEvents }) => isFirst(type, prevEvents))
    for (const event of this.#inOrder()) this.#judged.set(event.eventId, this.#judge(event))
  }

  /** Those that have a place in the history. */
  get placed(): readonly JudgedEvent[] {
    return [...this.#judged.values()].filter(({ event }) => !this.#outliers.has(event.eventId))
  }

  get judged(): ReadonlyMap<EventId, JudgedEvent> {
    return this.#judged
  }

  event(id: EventId): RoomEvent | undefined {
    return this.#events.get(id)
  }

  isRejected(id: EventId): boolean {
    return this.#judged.get(id)?.rejected !== undefined
  }

  /** The state where these events are the ends of the history. */
  stateAfter(ids: readonly EventId[]): StateMap {
    const states = ids.flatMap((id) => this.#judged.get(id)?.after ?? [])
    return resolveState(states, this, { version: this.#version, crypto: this.#crypto })
  }

  /** Is the other one in the history before the event, or the event itself? */
  isBehind(event: EventId, earlier: EventId): boolean {
    const seen = new Set<EventId>([event])
    for (const id of seen) {
      if (id === earlier) return true
      for (const previous of this.event(id)?.prevEvents ?? []) seen.add(previous)
    }
    return false
  }

  #judge(event: RoomEvent): JudgedEvent {
    const isOutlier = this.#outliers.has(event.eventId)
    const before = this.#told.get(event.eventId) ?? this.stateAfter(isOutlier ? [] : event.prevEvents)
    const rejected = this.#refusal(event, isOutlier ? undefined : before)
    if (rejected !== undefined || event.stateKey === undefined) return { event, rejected, before, after: before }
    const after = new Map([...before, [stateKeyOf(event.type, event.stateKey), event.eventId]])
    return { event, rejected, before, after }
  }

  /** By its auth events and, for one that has a place, by the state before it. */
  #refusal(event: RoomEvent, before: StateMap | undefined): string | undefined {
    const named = event.authEvents.flatMap((id) => this.#judged.get(id) ?? [])
    if (named.length < event.authEvents.length) return 'of-another-room'
    const create = this.#create
    const createEvent = create && this.#judged.get(create.eventId)
    const auth = [
      ...named,
      ...(createEvent && !named.includes(createEvent) && this.#version.roomIdIsCreateHash ? [createEvent] : []),
    ]
    const own = authorizeAuthEvents(
      event,
      auth.map((judged) => ({ event: judged.event, rejected: judged.rejected !== undefined })),
    )
    if (!own.allowed) return own.rule
    for (const state of [viewOf(auth.map((judged) => judged.event)), ...(before ? [this.#viewOf(before)] : [])]) {
      const verdict = authorize(event, { state, crypto: this.#crypto, createEvent: create })
      if (!verdict.allowed) return verdict.rule
    }
    return undefined
  }

  #viewOf(state: StateMap): StateView {
    return { get: (type, stateKey) => this.event(state.get(stateKeyOf(type, stateKey)) ?? ('' as EventId)) }
  }

  /** Each after all that it names. */
  #inOrder(): Iterable<RoomEvent> {
    const sorted = new Set<RoomEvent>()
    const stack = [...this.#events.keys()]
    for (let id = stack.at(-1); id !== undefined; id = stack.at(-1)) {
      const event = this.#events.get(id)
      const named = event && !sorted.has(event) ? [...event.prevEvents, ...event.authEvents] : []
      const open = named.filter((other) => {
        const known = this.#events.get(other)
        return known !== undefined && !sorted.has(known)
      })
      stack.push(...open)
      if (open.length > 0) continue
      if (event) sorted.add(event)
      stack.pop()
    }
    return sorted
  }
}

const isFirst = (type: string, prevEvents: readonly EventId[]): boolean =>
  type === 'm.room.create' && prevEvents.length === 0

const viewOf = (events: readonly RoomEvent[]): StateView => ({
  get: (type, stateKey) => events.find((event) => event.type === type && event.stateKey === stateKey),
})

function readPdu(pdu: string, version: RoomVersion, crypto: Crypto): RoomEvent {
  const read = parseJson(pdu, { numbers: 'faithful' })
  if (read.error) throw new Error(`A server stores what is no JSON: ${read.error}`)
  const parsed = parsePdu(read.ok, version, crypto)
  if (parsed.refused) throw new Error(`A server stores what is no event: ${parsed.refused.rule}`)
  return parsed.ok
}
