// What people see of each other across two servers: keys, messages to devices, typing, receipts, presence, files, profiles, aliases.
// spec: server-server-api #end-to-end-encryption, #typing-notifications, #receipts, #presence, #content-repository, #querying-for-information

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { eventually, type Person } from './person.ts'
import { type Scenario, sharedRoom } from './world.ts'

const inRoom = (room: string, path: string) => `rooms/${encodeURIComponent(room)}/${path}`
const deviceOf = async (who: Person): Promise<string> =>
  (await who.do<{ device_id: string }>('GET', 'account/whoami')).device_id

/** By user, device, key. */
type Keys = { readonly [user: string]: { readonly [device: string]: { readonly [key: string]: unknown } } }

interface Synced {
  readonly next_batch: string
  readonly device_lists?: { readonly changed?: readonly string[] }
  readonly rooms?: { readonly join?: { readonly [room: string]: { readonly [part: string]: unknown } } }
}

/** A PNG of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

async function uploadKeys(who: Person): Promise<string> {
  const device = await deviceOf(who)
  const signatures = { [who.userId]: { [`ed25519:${device}`]: 'A'.repeat(86) } }
  await who.do('POST', 'keys/upload', {
    device_keys: {
      user_id: who.userId,
      device_id: device,
      algorithms: ['m.olm.v1.curve25519-aes-sha2'],
      keys: { [`curve25519:${device}`]: 'A'.repeat(43), [`ed25519:${device}`]: 'B'.repeat(43) },
      signatures,
    },
    one_time_keys: { 'signed_curve25519:AAAA': { key: 'C'.repeat(43), signatures } },
  })
  return device
}

/** Syncs on and on, until an answer has it. */
async function inSync(who: Person, what: string, has: (answer: { [part: string]: unknown }) => boolean, room?: string) {
  let since = ''
  await eventually(what, async () => {
    const answer = await who.do<Synced>('GET', `sync?timeout=500${since && `&since=${encodeURIComponent(since)}`}`)
    since = answer.next_batch
    return has(room === undefined ? { ...answer } : (answer.rooms?.join?.[room] ?? {}))
  })
}

export const peopleScenarios: readonly Scenario[] = [
  {
    name: 'device keys are found, one-time keys claimed, messages to devices arrive, changes are told',
    once: true,
    async run(world) {
      const { host, guest } = world
      await sharedRoom(world)
      const device = await uploadKeys(guest)
      await eventually('the keys of the other', async () => {
        const { device_keys } = await host.do<{ device_keys: Keys }>('POST', 'keys/query', {
          device_keys: { [guest.userId]: [] },
        })
        return Boolean(device_keys[guest.userId]?.[device])
      })
      const one = { one_time_keys: { [guest.userId]: { [device]: 'signed_curve25519' } } }
      const { one_time_keys } = await host.do<{ one_time_keys: Keys }>('POST', 'keys/claim', one)
      assert.ok(one_time_keys[guest.userId]?.[device]?.['signed_curve25519:AAAA'], JSON.stringify(one_time_keys))
      await host.do('PUT', `sendToDevice/se.example.hej/${randomUUID()}`, {
        messages: { [guest.userId]: { [device]: { greeting: 'hej' } } },
      })
      await inSync(guest, 'the message to the device', ({ to_device }) =>
        JSON.stringify(to_device ?? '').includes('se.example.hej'),
      )
      const before = (await host.do<Synced>('GET', 'sync?timeout=0')).next_batch
      await guest.do('PUT', `devices/${device}`, { display_name: 'renamed' })
      await guest.do('POST', 'keys/upload', { fallback_keys: {} })
      await eventually('the host hears that devices changed', async () => {
        const { device_lists } = await host.do<Synced>('GET', `sync?timeout=500&since=${encodeURIComponent(before)}`)
        return (device_lists?.changed ?? []).includes(guest.userId)
      })
    },
  },
  {
    name: 'typing, receipts and presence are seen',
    once: true,
    async run(world) {
      const { host, guest } = world
      const room = await sharedRoom(world)
      const said = await host.say(room, 'hej')
      await eventually('the message', () => guest.sees(room, said))
      await guest.do('PUT', inRoom(room, `typing/${encodeURIComponent(guest.userId)}`), {
        typing: true,
        timeout: 30_000,
      })
      const ephemeral = (word: string) => (part: { [name: string]: unknown }) =>
        JSON.stringify(part['ephemeral'] ?? '').includes(word)
      await inSync(host, 'the typing', ephemeral(`"${guest.userId}"`), room)
      await guest.do('POST', inRoom(room, `receipt/m.read/${encodeURIComponent(said)}`))
      await inSync(host, 'the receipt', ephemeral(`"${said}"`), room)
      await guest.do('PUT', `presence/${encodeURIComponent(guest.userId)}/status`, {
        presence: 'online',
        status_msg: 'here',
      })
      await inSync(host, 'the presence', ({ presence }) => JSON.stringify(presence ?? '').includes(guest.userId))
    },
  },
  {
    name: 'a file is fetched from the other server, and so is its thumbnail',
    once: true,
    async run({ host, guest }) {
      const { status, body } = await host.ask('POST', 'media/v3/upload?filename=a.png', png)
      assert.equal(status, 200)
      const place = (body as { content_uri: string }).content_uri.slice('mxc://'.length)
      await eventually('the file', async () => {
        const answer = await guest.ask('GET', `client/v1/media/download/${place}`)
        return answer.status === 200 || answer
      })
      const small = await guest.ask('GET', `client/v1/media/thumbnail/${place}?width=32&height=32&method=crop`)
      assert.equal(small.status, 200)
    },
  },
  {
    name: 'a profile and an alias are found at the other server',
    once: true,
    async run(world) {
      const { host, guest } = world
      await host.do('PUT', `profile/${encodeURIComponent(host.userId)}/displayname`, { displayname: 'Värden' })
      const profile = await guest.do<{ displayname?: string }>('GET', `profile/${encodeURIComponent(host.userId)}`)
      assert.equal(profile.displayname, 'Värden')
      const name = `rum-${randomUUID()}`
      const room = await host.createRoom({ room_version: world.version, room_alias_name: name })
      const alias = `#${name}:${host.server.serverName}`
      const found = await guest.do<{ room_id: string }>('GET', `directory/room/${encodeURIComponent(alias)}`)
      assert.equal(found.room_id, room)
      await guest.do('POST', `join/${encodeURIComponent(alias)}`)
      await eventually('the join', async () => (await host.membership(room, guest)) === 'join')
    },
  },
]
