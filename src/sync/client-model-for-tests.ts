// A client as the specification tells clients to be: what it knows of a room, put together from answers. For tests.
// spec: client-server-api #syncing

import assert from 'node:assert/strict'
import type { EventId, RoomId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { parseToken } from '#rooms/rooms.ts'
import { timelineOf } from '#rooms/rooms-for-tests.ts'
import type { Device, Seen, SyncServer } from './sync-for-tests.ts'

/** What a client knows of one room, put together as the specification tells clients to. */
export class Model {
  readonly #server: SyncServer
  readonly #device: Device
  readonly #stateAfter: boolean
  readonly state = new Map<string, string>()
  /** Told by sync, and read by paging. */
  readonly events = new Set<EventId>()
  readonly told = new Set<EventId>()

  constructor(server: SyncServer, device: Device, options: { readonly stateAfter: boolean }) {
    this.#server = server
    this.#device = device
    this.#stateAfter = options.stateAfter
  }

  async sync(roomId: RoomId, limit: number): Promise<void> {
    const before = this.#device.since
    const names = this.#stateAfter ? ['state_after'] : []
    const seen = await this.#device.ask({ filter: { room: { timeline: { limit } } }, stateAfterNames: names })
    const timeline = seen.timeline(roomId)
    for (const event of seen.events('rooms', 'join', roomId, this.#stateAfter ? 'state_after' : 'state'))
      this.#apply(event)
    if (!this.#stateAfter) for (const event of timeline) this.#apply(event)
    for (const id of seen.ids(roomId)) {
      assert.ok(!this.told.has(id), 'an event is told once')
      this.told.add(id)
      this.events.add(id)
    }
    if (seen.at('rooms', 'join', roomId, 'timeline', 'limited') === true) await this.#fillGap(roomId, seen, before)
  }

  /** Pages back from the timeline to where the client stood. */
  async #fillGap(roomId: RoomId, seen: Seen, before: string | undefined): Promise<void> {
    let from: string | undefined = String(seen.at('rooms', 'join', roomId, 'timeline', 'prev_batch'))
    for (let pages = 0; from !== undefined && pages < 100; pages++) {
      const page: Awaited<ReturnType<SyncServer['rooms']['page']>> = await this.#server.rooms.page(
        {
          roomId,
          direction: 'b',
          from: parseToken(from),
          to: before === undefined ? undefined : parseToken(before),
          limit: 3,
          filter: undefined,
        },
        { userId: this.#device.userId, deviceId: undefined },
      )
      for (const { known } of page.events) this.events.add(known.event.eventId)
      from = page.end
    }
  }

  #apply(event: JsonObject): void {
    if (typeof event['state_key'] === 'string') {
      this.state.set(`${event['type']}|${event['state_key']}`, String(event['event_id']))
    }
  }
}

/** The client knows every event, and the state as it is. */
export async function modelMatches(server: SyncServer, model: Model, roomId: RoomId): Promise<void> {
  const everything = (await timelineOf(server.rooms, roomId)).map(({ event }) => event.eventId)
  assert.deepEqual([...model.events].sort(), everything.sort())
  const { roomNid } = (await server.rooms.head(roomId)) ?? assert.fail()
  const name = (await server.rooms.stateNameAt(roomNid, Number.MAX_SAFE_INTEGER)) ?? assert.fail()
  const entries = await server.rooms.stateEntries(name)
  const events = await server.rooms.eventsByNid(entries.map(({ eventNid }) => eventNid))
  const truth = [...events.values()].map(({ event }) => [`${event.type}|${event.stateKey}`, event.eventId])
  assert.deepEqual([...model.state].sort(), truth.sort())
}
