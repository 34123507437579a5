// The line is cut, both sides go on, the line heals: both must come to the same state, and nothing that was said is lost.
// spec: rooms/v1, v2, v12 #state-resolution; server-server-api #backfilling-and-retrieving-missing-events

import { setTimeout as pause } from 'node:timers/promises'
import type { Levels, Person } from './person.ts'
import { converge, readsAll, type Scenario, sameState, sharedRoom, type World } from './world.ts'

const inRoom = (room: string, path: string) => `rooms/${encodeURIComponent(room)}/${path}`

/** A room in which all four are and the guest may do what the host may, as far as the room version lets it. */
async function equalRoom(world: World): Promise<string> {
  const { host, hostToo, guest, guestToo, version } = world
  const users = { ...(version === '12' ? {} : { [host.userId]: 100 }), [guest.userId]: 100, [hostToo.userId]: 50 }
  const room = await host.createRoom({ room_version: version, power_level_content_override: { users } })
  for (const who of [guest, hostToo, guestToo]) await who.join(room, host.server)
  await converge(world, room)
  await sameState(world, room)
  return room
}

/** What each side does alone; then both meet. */
async function apart(
  world: World,
  room: string,
  here: () => Promise<unknown>,
  there: () => Promise<unknown>,
): Promise<void> {
  world.cut()
  try {
    await here()
    await pause(20)
    await there()
  } finally {
    world.heal()
  }
  await converge(world, room)
  await sameState(world, room)
}

async function setLevel(who: Person, room: string, of: Person, level: number): Promise<void> {
  const levels = await who.do<Levels>('GET', inRoom(room, 'state/m.room.power_levels/'))
  await who.setState(room, 'm.room.power_levels', { ...levels, users: { ...levels.users, [of.userId]: level } })
}

/** The host bans who has become somebody at the guest's. */
function banThere(world: World, room: string): Promise<void> {
  const { host, guest, guestToo } = world
  return apart(
    world,
    room,
    () => host.do('POST', inRoom(room, 'ban'), { user_id: guestToo.userId }),
    async () => {
      await setLevel(guest, room, guestToo, 50)
      await guestToo.setState(room, 'm.room.topic', { topic: 'by the banned one' })
      await guestToo.say(room, 'am I still here?')
    },
  )
}

export const partitionScenarios: readonly Scenario[] = [
  {
    name: 'both sides change the topic',
    async run(world) {
      const room = await equalRoom(world)
      const set = (who: Person) => async () => {
        for (const round of [1, 2, 3]) await who.setState(room, 'm.room.topic', { topic: `${who.userId} ${round}` })
      }
      await apart(world, room, set(world.host), set(world.guest))
    },
  },
  {
    name: 'one side takes power from a person who uses it on the other',
    async run(world) {
      const room = await equalRoom(world)
      const { host, hostToo, guest, guestToo } = world
      await apart(
        world,
        room,
        async () => {
          await setLevel(host, room, hostToo, 0)
          await host.setState(room, 'm.room.name', { name: 'by the host' })
        },
        async () => {
          await setLevel(guest, room, guestToo, 50)
          await guestToo.setState(room, 'm.room.name', { name: 'by the raised one' })
        },
      )
    },
  },
  {
    name: 'one side bans somebody who speaks and acts on the other',
    async run(world) {
      const room = await equalRoom(world)
      await world.host.setState(room, 'm.room.topic', { topic: 'before' })
      await converge(world, room)
      await banThere(world, room)
    },
  },
  {
    name: 'one side bans somebody who sets what was not set before on the other',
    unless: 'takes-one-sided-state',
    run: async (world) => banThere(world, await equalRoom(world)),
  },
  {
    name: 'both sides change the levels and the join rules, and people come and go',
    unless: 'no-auth-difference',
    async run(world) {
      const room = await equalRoom(world)
      const { host, hostToo, guest, guestToo } = world
      await apart(
        world,
        room,
        async () => {
          await host.setState(room, 'm.room.join_rules', { join_rule: 'invite' })
          await hostToo.do('POST', inRoom(room, 'leave'))
          await setLevel(host, room, guestToo, 50)
        },
        async () => {
          await setLevel(guest, room, guestToo, 25)
          await guestToo.do('POST', inRoom(room, 'leave'))
          await guestToo.join(room, guest.server)
          await guest.setState(room, 'm.room.topic', { topic: 'x' })
        },
      )
    },
  },
  {
    name: 'a server that was away for 40 messages reads them all',
    async run(world) {
      const { host, guest } = world
      const room = await sharedRoom(world)
      const said: string[] = []
      world.cut()
      for (let count = 0; count < 40; count++) said.push(await host.say(room, `${count}`))
      await host.setState(room, 'm.room.topic', { topic: 'meanwhile' })
      world.heal()
      await converge(world, room)
      await readsAll(guest, room, said)
      await sameState(world, room)
    },
  },
]
