// What clients read of one room: its state, its members, its events by how they belong together.
// spec: client-server-api #getting-events-for-a-room, #relationships-between-events

import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { Engine } from '../room/engine.ts'
import type { KnownEvent } from '../room/known-event.ts'
import type { StateKey } from '../state/state-nodes.ts'
import type { Reader } from './event-form.ts'
import {
  type RelatedPage,
  type RelatedRequest,
  readEvent,
  readRelated,
  readThreads,
  type ThreadsRequest,
} from './related-events.ts'
import { type MembersRequest, readJoinedMembers, readMembers, readState, readStateEvent } from './room-state.ts'
import type { ShownEvent } from './show-events.ts'
import { viewableState } from './viewable-state.ts'

/** Each method refuses with 403 those who may not look into the room; what the reader may not see is left out, or 404. */
export class RoomReading {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Returns for those who may look into the room: members, and everyone where the world may read. */
  async refuseUnlessMember(roomId: RoomId, reader: Reader): Promise<void> {
    await viewableState(this.#engine, roomId, reader.userId)
  }

  state(roomId: RoomId, reader: Reader): Promise<ShownEvent[]> {
    return readState(this.#engine, roomId, reader)
  }

  stateEvent(roomId: RoomId, key: StateKey, reader: Reader): Promise<ShownEvent> {
    return readStateEvent(this.#engine, roomId, key, reader)
  }

  members(request: MembersRequest, reader: Reader): Promise<ShownEvent[]> {
    return readMembers(this.#engine, request, reader)
  }

  joinedMembers(roomId: RoomId, reader: Reader): Promise<KnownEvent[]> {
    return readJoinedMembers(this.#engine, roomId, reader)
  }

  /** 404 for those who may not see it. */
  event(roomId: RoomId, eventId: EventId, reader: Reader): Promise<ShownEvent> {
    return readEvent(this.#engine, roomId, eventId, reader)
  }

  /** 404 for those who may not see the event. */
  related(request: RelatedRequest, reader: Reader): Promise<RelatedPage> {
    return readRelated(this.#engine, request, reader)
  }

  threads(request: ThreadsRequest, reader: Reader): Promise<RelatedPage> {
    return readThreads(this.#engine, request, reader)
  }
}
