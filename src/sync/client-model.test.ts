// Whatever happens, and whenever a client asks: the state that it puts together is the room's, and with /messages it has every event.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '#platform/random/random.ts'
import type { EventId, RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { parseToken } from '#rooms/rooms.ts'
import { aMessage, anna, aRoom, bo, cia, joins, timelineOf } from '#rooms/rooms-for-tests.ts'
import { aDevice, type Device, type Seen, type SyncServer, syncServer } from './sync-for-tests.ts'

/** What a client knows of one room, put together as the specification tells clients to. */
class Model {
  readonly #server: SyncServer
  readonly #device: Device
  readonly #stateAfter: boolean
  readonly state = new Map<string, string>()
  readonly events = new Set<EventId>()

  constructor(server: SyncServer, device: Device, stateAfter: boolean) {
    this.#server = server
    this.#device = device
    this.#stateAfter = stateAfter
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
      assert.ok(!this.events.has(id), 'an event is told once')
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

const pick = <Item>(random: Random, items: readonly [Item, ...Item[]]): Item =>
  items[Math.floor(random.fraction() * items.length)] ?? items[0]

async function something(server: SyncServer, random: Random, roomId: RoomId, n: number): Promise<void> {
  const what = random.fraction()
  if (what < 0.6) await server.rooms.send(roomId, aMessage(`${n}`))
  else if (what < 0.8) {
    const content = { topic: `${n}` }
    await server.rooms.send(roomId, { type: 'm.room.topic', stateKey: '', sender: anna, content })
  } else {
    const userId: UserId = pick(random, [bo, cia])
    const membership = (await server.rooms.membership(roomId, userId)) === 'join' ? 'leave' : 'join'
    await server.rooms.changeMembership({ ...joins(roomId, userId), membership })
  }
}

for (const seed of [1, 2, 3]) {
  test(`a client that asks now and then knows the room as it is, and misses no event (history ${seed})`, async (t) => {
    const random = seededRandom(seed)
    let server = await syncServer(t)
    let devices = [await aDevice(server, anna, 'BEFORE'), await aDevice(server, anna, 'AFTER')]
    const roomId = await server.rooms.create(aRoom())
    let models = devices.map((device, index) => new Model(server, device, index === 1))
    for (let n = 0; n < 60; n++) {
      await something(server, random, roomId, n)
      for (const model of models) if (random.fraction() < 0.2) await model.sync(roomId, pick(random, [1, 2, 5, 20]))
      if (n !== 30) continue
      server = await server.restarted()
      devices = devices.map((device) => device.at(server))
      const before = models
      models = devices.map((device, index) => new Model(server, device, index === 1))
      for (const [index, model] of models.entries()) {
        for (const [key, id] of before[index]?.state ?? []) model.state.set(key, id)
        for (const id of before[index]?.events ?? []) model.events.add(id)
      }
    }
    const everything = (await timelineOf(server.rooms, roomId)).map(({ event }) => event.eventId).sort()
    const head = await server.rooms.head(roomId)
    const position = server.engine.stream.head
    for (const model of models) {
      await model.sync(roomId, 5)
      assert.deepEqual([...model.events].sort(), everything)
      const name = head && (await server.rooms.stateNameAt(head.roomNid, position + 1_000))
      assert.ok(name)
      const entries = await server.rooms.stateEntries(name)
      const events = await server.rooms.eventsByNid(entries.map(({ eventNid }) => eventNid))
      const truth = [...events.values()].map(({ event }) => [`${event.type}|${event.stateKey}`, event.eventId])
      assert.deepEqual([...model.state].sort(), truth.sort())
    }
  })
}
