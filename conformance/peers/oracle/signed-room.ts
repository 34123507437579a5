// A room of real events, hashed and signed, in a graph that forks and meets. The state at each event is our own resolution.
// spec: server-server-api #pdus, #auth-events-selection

import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import { authorize } from '#protocol/auth-rules/auth-rules.ts'
import { buildEvent, type EventDraft, type RoomEvent, type StateView } from '#protocol/events/events.ts'
import { type EventId, parseUserId, type RoomId, serverNameOf, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type JsonObject, type NumberReading, stringAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { signEvent } from '#protocol/signing/signing.ts'
import {
  type EventSource,
  resolveState,
  type StateMap,
  stateKeyOf,
} from '#protocol/state-resolution/state-resolution.ts'
import { loadCrypto, signingKeyFromSeed } from '../../../src/platform/crypto/crypto.ts'

export const crypto = loadCrypto()
/** One key for all servers: whose it is matters to nobody here. */
export const signingKey = signingKeyFromSeed(new Uint8Array(32).fill(7), 'peers')

/** How the JSON of a room version is read. */
export const numbersOf = ({ strictCanonicalJson }: RoomVersion): NumberReading =>
  strictCanonicalJson ? 'integers' : 'faithful'

export interface RoomDraft {
  readonly type: string
  readonly stateKey?: string | undefined
  readonly sender: string
  readonly content: JsonObject
  readonly at: number
}

interface Entry {
  readonly event: RoomEvent
  readonly json: string
  /** After it. */
  readonly state: StateMap
}

export class SignedRoom {
  readonly version: RoomVersion
  readonly source: EventSource
  readonly #entries = new Map<EventId, Entry>()
  readonly #extremities = new Set<EventId>()

  constructor(version: RoomVersion) {
    this.version = version
    this.source = { event: (id) => this.#entries.get(id)?.event, isRejected: () => false }
  }

  get ids(): readonly EventId[] {
    return [...this.#entries.keys()]
  }

  get texts(): readonly string[] {
    return [...this.#entries.values()].map(({ json }) => json)
  }

  get extremities(): readonly EventId[] {
    return [...this.#extremities]
  }

  get roomId(): RoomId | undefined {
    return this.#entries.values().next().value?.event.roomId
  }

  stateAfter(ids: readonly EventId[]): StateMap {
    return resolveState(this.statesAfter(ids), this.source, { version: this.version, crypto })
  }

  statesAfter(ids: readonly EventId[]): readonly StateMap[] {
    return ids.flatMap((id) => this.#entries.get(id)?.state ?? [])
  }

  view(state: StateMap): StateView {
    return {
      get: (type, stateKey) => {
        const id = state.get(stateKeyOf(type, stateKey))
        return id && this.#entries.get(id)?.event
      },
    }
  }

  /** The event of a draft behind others; its auth events are chosen from the state before it. */
  build(draft: RoomDraft, prevEvents: readonly EventId[]): { readonly event: RoomEvent; readonly json: string } {
    return this.buildFrom(draft, prevEvents, this.authEventsFor(draft, this.stateAfter(prevEvents)))
  }

  buildFrom(draft: RoomDraft, prevEvents: readonly EventId[], authEvents: readonly EventId[]) {
    const serverName = serverNameOf(draft.sender as UserId)
    const isUnnamed = this.version.roomIdIsCreateHash && draft.type === 'm.room.create'
    const full: EventDraft = {
      type: draft.type,
      stateKey: draft.stateKey,
      sender: draft.sender as UserId,
      content: draft.content,
      originServerTs: draft.at,
      roomId: isUnnamed ? undefined : (this.roomId ?? (`!room:${serverName}` as RoomId)),
      depth: Math.max(0, ...prevEvents.map((id) => this.#entries.get(id)?.event.depth ?? 0)) + 1,
      prevEvents,
      authEvents,
      ...(this.version.eventIdFormat === 'field' ? { eventId: this.#nameFor(draft, prevEvents, serverName) } : {}),
    }
    const built = buildEvent(full, { version: this.version, serverName, crypto, signingKey })
    return this.#vouchedFor(built)
  }

  authEventsFor(draft: Omit<RoomDraft, 'at'>, state: StateMap): readonly EventId[] {
    const keys = authEventKeys({ ...draft, stateKey: draft.stateKey }, this.version)
    return keys.flatMap(({ type, stateKey }) => state.get(stateKeyOf(type, stateKey)) ?? [])
  }

  /** Puts the event of a draft into the room. `lawful`: only if the state before it allows it; else undefined. */
  append(draft: RoomDraft, prevEvents: readonly EventId[], lawful: boolean): RoomEvent | undefined {
    const before = this.stateAfter(prevEvents)
    const { event, json } = this.buildFrom(draft, prevEvents, this.authEventsFor(draft, before))
    if (this.#entries.has(event.eventId)) return undefined
    if (lawful && !this.#allows(event, before)) return undefined
    const state = new Map(before)
    if (event.stateKey !== undefined) state.set(stateKeyOf(event.type, event.stateKey), event.eventId)
    this.#entries.set(event.eventId, { event, json, state })
    for (const id of prevEvents) this.#extremities.delete(id)
    this.#extremities.add(event.eventId)
    return event
  }

  #allows(event: RoomEvent, state: StateMap): boolean {
    const [createId] = this.#entries.keys()
    const createEvent = createId && this.#entries.get(createId)?.event
    return authorize(event, { state: this.view(state), crypto, createEvent }).allowed
  }

  /** The authorising user's server signs too. */
  #vouchedFor({ event, json }: { event: RoomEvent; json: string }) {
    const voucher = parseUserId(stringAt(event.content, 'join_authorised_via_users_server') ?? '')
    if (event.type !== 'm.room.member' || voucher === undefined) return { event, json }
    return signEvent(event, serverNameOf(voucher), signingKey)
  }

  #nameFor(draft: RoomDraft, prevEvents: readonly EventId[], serverName: string): EventId {
    const hash = crypto.sha256UrlSafe(JSON.stringify([draft, prevEvents, this.#entries.size]))
    return `$${hash.slice(0, 18)}:${serverName}` as EventId
  }
}
