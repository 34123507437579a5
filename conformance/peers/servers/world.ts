// What a scenario plays in: two people on a server that has the room, two on the one that comes to it, and the line between them.

import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from './peer.ts'
import { eventually, type Page, type Person } from './person.ts'

export interface World {
  readonly version: string
  readonly host: Person
  readonly hostToo: Person
  readonly guest: Person
  readonly guestToo: Person
  /** Nothing passes between the servers until `heal`. */
  cut(): void
  heal(): void
}

export interface Scenario {
  readonly name: string
  /** The first room version that has it; every scenario that is no matter of rooms is played in one version only. */
  readonly since?: number
  readonly once?: boolean
  /** Not played beside a peer with this fault. */
  readonly unless?: Fault
  readonly run: (world: World) => Promise<void>
}

/** A public room of the host's with the guest in it, known to both. */
export async function sharedRoom({ host, guest, version }: World, more: object = {}): Promise<string> {
  const room = await host.createRoom({ room_version: version, ...more })
  await guest.join(room, host.server)
  await eventually('the host sees the guest', async () => (await host.membership(room, guest)) === 'join')
  return room
}

/** Messages pass in both directions. Servers wake each other up by what they send: so each says something again and again. */
export async function converge({ host, guest }: World, room: string): Promise<void> {
  for (const [from, to] of [
    [host, guest],
    [guest, host],
  ] as const) {
    await eventually(`${to.userId} hears ${from.userId}`, async () => {
      const said = await from.say(room, 'do you hear me?')
      for (let look = 0; look < 15; look++) {
        if (await to.sees(room, said)) return true
        await pause(100)
      }
      return 'not heard'
    })
  }
}

/** Both servers tell their own people the same current state. */
export async function sameState({ host, guest }: World, room: string): Promise<void> {
  await eventually('both have the same state', async () => {
    const [ours, theirs] = [await host.state(room), await guest.state(room)]
    const keys = [...new Set([...ours.keys(), ...theirs.keys()])]
    const different = keys.filter((key) => ours.get(key) !== theirs.get(key))
    return different.length === 0 || different.map((key) => [key, ours.get(key), theirs.get(key)])
  })
}

/** Pages back until all that was said has been read. */
export async function readsAll(who: Person, room: string, said: readonly string[]): Promise<void> {
  await eventually('all messages', async () => {
    const missing = new Set(said)
    let from = ''
    for (let page = 0; page < 12; page++) {
      const path = `rooms/${encodeURIComponent(room)}/messages?dir=b&limit=20${from && `&from=${from}`}`
      const { chunk, end } = await who.do<Page>('GET', path)
      for (const event of chunk) missing.delete(event.event_id)
      if (!end) break
      from = encodeURIComponent(end)
    }
    return missing.size === 0 || missing.size
  })
}
