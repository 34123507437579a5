// Whatever happens on the line, in the end everybody sees the same: random acts on three servers, with cuts, lost answers and restarts.
// spec: server-server-api #room-state-resolution, #transactions

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '#platform/random/random.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { settle, TestLine, type TestServer } from './servers-for-tests.ts'

/** Enough for several forks that cross each other. */
const ACTS = 40

interface Place {
  readonly server: TestServer
  readonly user: UserId
}

const oneOf = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random.fraction() * items.length)] ?? assert.fail()

for (const [seed, version] of [
  [1, '10'],
  [3, '12'],
] as const) {
  test(`seed ${seed}, version ${version}: after cuts, losses and restarts all three servers agree`, async (t) => {
    const random = seededRandom(seed)
    const line = new TestLine(t)
    const places: Place[] = []
    for (const name of ['alfa', 'beta', 'gamma']) {
      const server = await line.server(`${name}.example`)
      places.push({ server, user: await server.user(name) })
    }
    const [alfa, beta, gamma] = places as [Place, Place, Place]
    const users = Object.fromEntries([beta, gamma].map(({ user }) => [user, 50]))
    const roomId = await alfa.server.createRoom(alfa.user, {
      version,
      powerLevelContentOverride: { users: { ...users, ...(version === '12' ? {} : { [alfa.user]: 100 }) } },
    })
    for (const { server, user } of [beta, gamma]) {
      await server.join(roomId, user, alfa.server)
      await settle(...places.map((place) => place.server))
    }
    for (let act = 0; act < ACTS; act++) await doSomething(random, line, places, roomId)
    for (const one of places)
      for (const other of places) if (one !== other) line.network.heal(one.server.name, other.server.name)
    await line.heal(alfa.server, beta.server)
    await line.clock.advance(60_000)
    for (const { server, user } of places) {
      await settle(...places.map((place) => place.server))
      await server.say(roomId, user, `slut ${server.name}`)
    }
    await settle(...places.map((place) => place.server))

    const states = await Promise.all(places.map(({ server }) => server.state(roomId)))
    assert.deepEqual(states[1], states[0])
    assert.deepEqual(states[2], states[0])
    const said = await Promise.all(places.map(async ({ server }) => (await server.messages(roomId)).sort()))
    assert.deepEqual(said[1], said[0])
    assert.deepEqual(said[2], said[0])
    for (const { server } of places) assert.deepEqual(server.faults, [])
  })
}

async function doSomething(random: Random, line: TestLine, places: readonly Place[], roomId: RoomId): Promise<void> {
  const [one, other] = [oneOf(random, places), oneOf(random, places)]
  const what = random.fraction()
  if (what < 0.45) await one.server.say(roomId, one.user, `${one.server.name} ${random.text(6)}`)
  else if (what < 0.7)
    await one.server.setState(roomId, one.user, oneOf(random, ['m.room.topic', 'm.room.name']), {
      topic: random.text(4),
      name: random.text(4),
    })
  else if (what < 0.75) await one.server.restart()
  else if (one === other) await settle(...places.map(({ server }) => server))
  else if (what < 0.85) line.cut(one.server, other.server)
  else if (what < 0.95) await line.heal(one.server, other.server)
  else line.network.next(one.server.name, other.server.name, 'lose-answer')
}
