// A room for tests of pure rules, told as a story: each step gives a new room, so a fork is two stories from one. Face of the
// folder; no production code imports it. Nothing is authorized, signed or hashed on the way: a test may tell any story.
// spec: rooms/v1 to v12 (event format), server-server-api #auth-events-selection

import { authEventKeys } from '#protocol/auth-events/auth-events.ts'
import type { RoomEvent, StateView } from '#protocol/events/events.ts'
import {
  type EventId,
  type RoomId,
  roomIdFromCreate,
  serverNameOf,
  type UserId,
} from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { type EventSource, type StateMap, stateKeyOf } from '#protocol/state-resolution/state-resolution.ts'
import { join, joinRule, powerLevels, type TestDraft } from './drafts.ts'
import { testHash } from './test-hash.ts'

export * from './drafts.ts'

const firstTime = 1_700_000_000_000

export const aRoom = (version: RoomVersion): TestRoom => new TestRoom(version, [], new Map())

export class TestRoom implements StateView {
  readonly version: RoomVersion
  /** The whole story, oldest first. */
  readonly events: readonly RoomEvent[]
  readonly #state: ReadonlyMap<string, RoomEvent>

  constructor(version: RoomVersion, events: readonly RoomEvent[], state: ReadonlyMap<string, RoomEvent>) {
    this.version = version
    this.events = events
    this.#state = state
  }

  get(type: string, stateKey: string): RoomEvent | undefined {
    return this.#state.get(stateKeyOf(type, stateKey))
  }

  /** The room is created and its creator joins it. */
  createdBy(user: string, content: JsonObject = {}): TestRoom {
    const creator: JsonObject = this.version.creatorIsSender ? {} : { creator: user }
    const create = { room_version: this.version.id, ...creator, ...content }
    return this.with({ type: 'm.room.create', stateKey: '', sender: user, content: create }, join(user))
  }

  joinRule(rule: string): TestRoom {
    return this.with(joinRule(this.creator, rule))
  }

  powerLevels(content: JsonObject): TestRoom {
    return this.with(powerLevels(this.creator, content))
  }

  with(...drafts: readonly TestDraft[]): TestRoom {
    return drafts.reduce<TestRoom>((room, draft) => room.#and(draft), this)
  }

  /** The event of a draft, as the next one in this room. */
  event(draft: TestDraft): RoomEvent {
    const before = this.events.at(-1)
    const parts = {
      type: draft.type,
      stateKey: draft.stateKey,
      sender: draft.sender as UserId,
      originServerTs: draft.at ?? (before?.originServerTs ?? firstTime) + 1000,
      depth: draft.depth ?? (before?.depth ?? 0) + 1,
      prevEvents: (draft.prevEvents ?? (before ? [before.eventId] : [])) as readonly EventId[],
      authEvents: (draft.authEvents ?? this.#authEvents(draft)) as readonly EventId[],
      redacts: draft.redacts as EventId | undefined,
      content: draft.content,
      version: this.version,
    }
    const eventId = (draft.eventId ?? this.#eventIdOf(draft, parts)) as EventId
    const roomId = this.#roomId(draft, eventId)
    const isUnnamed = this.version.roomIdIsCreateHash && draft.type === 'm.room.create'
    return { ...parts, eventId, roomId, pdu: isUnnamed ? {} : { room_id: roomId } }
  }

  get creator(): string {
    return this.events[0]?.sender ?? ''
  }

  stateMap(): StateMap {
    return new Map([...this.#state].map(([key, event]) => [key, event.eventId]))
  }

  #and(draft: TestDraft): TestRoom {
    const event = this.event(draft)
    const state = new Map(this.#state)
    if (event.stateKey !== undefined) state.set(stateKeyOf(event.type, event.stateKey), event)
    return new TestRoom(this.version, [...this.events, event], state)
  }

  #authEvents(draft: TestDraft): readonly string[] {
    const keys = authEventKeys({ ...draft, stateKey: draft.stateKey }, this.version)
    return keys.flatMap((key) => this.get(key.type, key.stateKey)?.eventId ?? [])
  }

  #eventIdOf(draft: TestDraft, parts: { readonly version: unknown }): string {
    const hash = testHash(JSON.stringify({ ...parts, version: undefined }))
    return this.version.eventIdFormat === 'field' ? `$${hash}:${serverNameOf(draft.sender as UserId)}` : `$${hash}`
  }

  #roomId(draft: TestDraft, eventId: EventId): RoomId {
    const first = this.events[0]
    if (first !== undefined) return first.roomId
    if (this.version.roomIdIsCreateHash) return roomIdFromCreate(eventId)
    return `!room:${serverNameOf(draft.sender as UserId)}` as RoomId
  }
}

/** All events of several stories; `rejected` are the IDs of rejected ones. */
export function sourceOf(rooms: readonly TestRoom[], rejected: ReadonlySet<string> = new Set()): EventSource {
  const events = new Map(rooms.flatMap((room) => room.events.map((event) => [event.eventId, event] as const)))
  return { event: (id) => events.get(id), isRejected: (id) => rejected.has(id) }
}
