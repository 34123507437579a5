// Rooms across two servers: memberships, messages, state, history.
// spec: server-server-api #joining-rooms, #inviting-to-a-room, #knocking-upon-a-room, #leaving-rooms-rejecting-invites, #backfilling-and-retrieving-missing-events

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { eventually, type Levels } from './person.ts'
import { converge, readsAll, type Scenario, sameState, sharedRoom } from './world.ts'

const inRoom = (room: string, path: string) => `rooms/${encodeURIComponent(room)}/${path}`

export const roomScenarios: readonly Scenario[] = [
  {
    name: 'a public room: join, messages, state, levels',
    async run(world) {
      const { host, guest } = world
      const room = await sharedRoom(world)
      await sameState(world, room)
      const said = await host.say(room, 'hej')
      await eventually('the guest reads the message', () => guest.sees(room, said))
      const levels = await host.do<Levels>('GET', inRoom(room, 'state/m.room.power_levels/'))
      const raised = { ...levels, users: { ...levels.users, [guest.userId]: 50 } }
      const changed = await host.setState(room, 'm.room.power_levels', raised)
      await eventually('the guest has the levels', () => guest.sees(room, changed))
      await guest.setState(room, 'm.room.topic', { topic: 'by the guest' })
      await converge(world, room)
      await sameState(world, room)
    },
  },
  {
    name: 'a message and a reaction are redacted',
    unless: 'redacts-at-the-top',
    async run(world) {
      const { host, guest } = world
      const room = await sharedRoom(world)
      const said = await host.say(room, 'hej')
      await eventually('the guest reads the message', () => guest.sees(room, said))
      const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: said, key: '👍' } }
      const reaction = await guest.send(room, content, 'm.reaction')
      await eventually('the host sees the reaction', () => host.sees(room, reaction))
      await guest.do('PUT', inRoom(room, `redact/${encodeURIComponent(reaction)}/r1`))
      await host.do('PUT', inRoom(room, `redact/${encodeURIComponent(said)}/r2`))
      for (const [who, id] of [
        [host, reaction],
        [guest, said],
      ] as const) {
        await eventually('the redaction is carried out', async () => {
          const event = await who.do<{ content: object }>('GET', inRoom(room, `event/${encodeURIComponent(id)}`))
          return Object.keys(event.content).length === 0 || event
        })
      }
      await converge(world, room)
    },
  },
  {
    name: 'leaving, coming back, a ban, and its end',
    async run(world) {
      const { host, guest } = world
      const room = await sharedRoom(world)
      await guest.do('POST', inRoom(room, 'leave'))
      await eventually('the host sees the leave', async () => (await host.membership(room, guest)) === 'leave')
      await guest.join(room, host.server)
      await eventually('the host sees the join', async () => (await host.membership(room, guest)) === 'join')
      await host.do('POST', inRoom(room, 'ban'), { user_id: guest.userId })
      await eventually('the guest learns of the ban', async () => {
        const { status } = await guest.ask('PUT', `client/v3/${inRoom(room, `send/m.room.message/${randomUUID()}`)}`, {
          body: 'x',
        })
        return status === 403 || status
      })
      await host.do('POST', inRoom(room, 'unban'), { user_id: guest.userId })
      await eventually('the guest can come back', async () => {
        await guest.join(room, host.server)
        return true
      })
      await converge(world, room)
      await sameState(world, room)
    },
  },
  {
    name: 'an invitation is accepted, another is declined, a third is taken back',
    unless: 'invites-without-create',
    async run(world) {
      const { host, guest, guestToo } = world
      const room = await host.createRoom({
        room_version: world.version,
        preset: 'private_chat',
        invite: [guest.userId],
      })
      const invited = async (who: typeof guest) => {
        const sync = await who.do<{ rooms?: { invite?: { [id: string]: unknown } } }>('GET', 'sync?timeout=0')
        return Boolean(sync.rooms?.invite?.[room])
      }
      await eventually('the guest is invited', () => invited(guest))
      await guest.join(room, host.server)
      await host.do('POST', inRoom(room, 'invite'), { user_id: guestToo.userId })
      await eventually('the second guest is invited', () => invited(guestToo))
      await guestToo.do('POST', inRoom(room, 'leave'))
      await eventually('the host sees it declined', async () => (await host.membership(room, guestToo)) === 'leave')
      await host.do('POST', inRoom(room, 'invite'), { user_id: guestToo.userId })
      await eventually('the second guest is invited again', () => invited(guestToo))
      await host.do('POST', inRoom(room, 'kick'), { user_id: guestToo.userId })
      await eventually('the invitation is gone', async () => !(await invited(guestToo)))
      await converge(world, room)
      await sameState(world, room)
    },
  },
  {
    name: 'a knock is let in',
    since: 7,
    unless: 'no-knocks',
    async run(world) {
      const { host, guest } = world
      const room = await host.createRoom({
        room_version: world.version,
        initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }],
      })
      const via = `server_name=${host.server.serverName}&via=${host.server.serverName}`
      await guest.do('POST', `knock/${encodeURIComponent(room)}?${via}`, { reason: 'hej' })
      await eventually('the host sees the knock', async () => (await host.membership(room, guest)) === 'knock')
      await host.do('POST', inRoom(room, 'invite'), { user_id: guest.userId })
      await eventually('the guest comes in', async () => {
        await guest.join(room, host.server)
        return true
      })
      await converge(world, room)
      await sameState(world, room)
    },
  },
  {
    name: 'a restricted room lets in the members of another, and them alone',
    since: 8,
    async run(world) {
      const { host, guest, guestToo } = world
      const first = await sharedRoom(world)
      const allow = [{ type: 'm.room_membership', room_id: first }]
      const room = await host.createRoom({
        room_version: world.version,
        initial_state: [{ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'restricted', allow } }],
      })
      await guest.join(room, host.server)
      await eventually('the host sees the join', async () => (await host.membership(room, guest)) === 'join')
      const path = `client/v3/join/${encodeURIComponent(room)}?via=${host.server.serverName}&server_name=${host.server.serverName}`
      // 403 by the specification. Dendrite, whose server is in the room by now and refuses by itself, says 500.
      const { status } = await guestToo.ask('POST', path, {})
      assert.ok(status === 403 || status === 500, `${status}`)
      assert.equal(await host.membership(room, guestToo), '404')
      await guest.do('PUT', `profile/${encodeURIComponent(guest.userId)}/displayname`, { displayname: 'Guest' })
      await guest.do('POST', inRoom(room, 'leave'))
      await eventually('the host sees the leave', async () => (await host.membership(room, guest)) === 'leave')
      await guest.join(room, host.server)
      await converge(world, room)
      await sameState(world, room)
    },
  },
  {
    name: 'who comes later reads what was said before',
    unless: 'no-backfill',
    async run(world) {
      const { host, guest } = world
      const room = await host.createRoom({ room_version: world.version })
      const said: string[] = []
      for (let count = 0; count < 60; count++) said.push(await host.say(room, `${count}`))
      await guest.join(room, host.server)
      await readsAll(guest, room, said)
    },
  },
]
