// What is in events, and who may see it: odd content, the largest event, history that newcomers may not read.
// spec: appendices #canonical-json; client-server-api #size-limits, #room-history-visibility

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { eventually, type Page, type Person } from './person.ts'
import { converge, type Scenario, sharedRoom, type World } from './world.ts'

const inRoom = (room: string, path: string) => `rooms/${encodeURIComponent(room)}/${path}`

/** Content as its author wrote it, which no JSON library of ours has touched. Undefined: refused. */
async function sendText(who: Person, room: string, json: string): Promise<string | undefined> {
  const path = `client/v3/${inRoom(room, `send/m.room.message/${randomUUID()}`)}`
  const { status, body } = await who.ask('PUT', path, Buffer.from(json))
  return status === 200 ? (body as { event_id: string }).event_id : undefined
}

const odd = [
  '{"body":"å 😀 \\u0000 \\u2028 \\u007f \\"\\\\/ \\u001f","msgtype":"m.text"}',
  '{"10":1,"9":2,"\\ud83d\\ude00":3,"\\ufb01":4,"__proto__":{"a":1},"constructor":null,"toString":[],"body":"keys","msgtype":"m.text"}',
  '{"body":"nothing","msgtype":"m.text","empty":{},"none":[],"null":null,"yes":true,"no":false,"deep":[[[[[[]]]]]]}',
  '{"body":"numbers","msgtype":"m.text","n":[0,-1,9007199254740991,-9007199254740991]}',
]

const oddNumbers = [
  // Until version 5 some servers take these from their people, and hash them as they do.
  '{"body":"fractions","msgtype":"m.text","n":[1.5,1.0,1e3,1e-7,1e21,123456789.125,0.1,-0.0]}',
  '{"body":"wide integers","msgtype":"m.text","n":[9007199254740993,-9007199254740993,9223372036854775807,100000000000000000000]}',
]

/** What the host is let say arrives in the same words. */
async function arrives(world: World, texts: readonly string[]): Promise<void> {
  const { host, guest } = world
  const room = await sharedRoom(world)
  for (const json of texts) {
    const id = await sendText(host, room, json)
    if (id === undefined) continue
    await eventually(`the guest reads ${json}`, () => guest.sees(room, id))
    const path = inRoom(room, `event/${encodeURIComponent(id)}`)
    const [sent, got] = [
      await host.do<{ content: object }>('GET', path),
      await guest.do<{ content: object }>('GET', path),
    ]
    assert.deepEqual(got.content, sent.content, json)
  }
  for (const who of [host, guest]) await who.do('GET', 'sync?timeout=0')
  await converge(world, room)
}

export const contentScenarios: readonly Scenario[] = [
  {
    name: 'odd content arrives as it was written',
    run: (world) => arrives(world, odd),
  },
  {
    name: 'odd numbers arrive as they were written',
    unless: 'hashes-other-fractions',
    run: (world) => arrives(world, oddNumbers),
  },
  {
    name: 'odd numbers close the way to nobody',
    async run(world) {
      const room = await sharedRoom(world)
      for (const json of oddNumbers) await sendText(world.host, room, json)
      await converge(world, room)
    },
  },
  {
    name: 'the largest event that is let in reaches the other server',
    once: true,
    async run(world) {
      const { host, guest } = world
      const room = await sharedRoom(world)
      let [fits, tooLarge] = [60_000, 65_600]
      let largest = ''
      while (tooLarge - fits > 1) {
        const size = Math.floor((fits + tooLarge) / 2)
        const id = await sendText(host, room, JSON.stringify({ msgtype: 'm.text', body: 'x'.repeat(size) }))
        if (id === undefined) tooLarge = size
        else [fits, largest] = [size, id]
      }
      await eventually(`a message of ${fits} characters arrives`, () => guest.sees(room, largest))
      await converge(world, room)
    },
  },
  {
    name: 'a newcomer reads nothing of what was said before, where the room has it so',
    once: true,
    async run(world) {
      const { host, guest } = world
      const visibility = { type: 'm.room.history_visibility', state_key: '', content: { history_visibility: 'joined' } }
      const room = await host.createRoom({ room_version: world.version, initial_state: [visibility] })
      const before = await host.say(room, 'in private')
      await guest.join(room, host.server)
      const after = await host.say(room, 'welcome')
      await eventually('what is said since', () => guest.sees(room, after))
      const { chunk } = await guest.do<Page>('GET', inRoom(room, 'messages?dir=b&limit=50'))
      assert.equal(
        chunk.some(({ event_id }) => event_id === before),
        false,
      )
      assert.equal(await guest.sees(room, before), false)
    },
  },
]
