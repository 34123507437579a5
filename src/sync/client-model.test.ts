// Whatever happens, and whenever a client asks: the state that it puts together is the room's, and with /messages it has every event.

import { test } from 'node:test'
import { type Random, seededRandom } from '#platform/random/random.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { aMessage, anna, aRoom, bo, cia, joins } from '#rooms/rooms-for-tests.ts'
import { Model, modelMatches } from './client-model-for-tests.ts'
import { aDevice, type SyncServer, syncServer } from './sync-for-tests.ts'

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
    let models = devices.map((device, index) => new Model(server, device, { stateAfter: index === 1 }))
    for (let n = 0; n < 60; n++) {
      await something(server, random, roomId, n)
      for (const model of models) if (random.fraction() < 0.2) await model.sync(roomId, pick(random, [1, 2, 5, 20]))
      if (n !== 30) continue
      server = await server.restarted()
      devices = devices.map((device) => device.at(server))
      const before = models
      models = devices.map((device, index) => new Model(server, device, { stateAfter: index === 1 }))
      for (const [index, model] of models.entries()) {
        for (const [key, id] of before[index]?.state ?? []) model.state.set(key, id)
        for (const id of before[index]?.events ?? []) model.events.add(id)
        for (const id of before[index]?.told ?? []) model.told.add(id)
      }
    }
    for (const model of models) {
      await model.sync(roomId, 5)
      await modelMatches(server, model, roomId)
    }
  })
}
