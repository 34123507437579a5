// The endpoints from before `/sync`, with a real engine and a real PostgreSQL; each answer is held against its definition.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoint } from '#api/endpoint.ts'
import { schemaCheck } from '#api/validation.ts'
import { aMessage, anna, aRoom, bo, cia } from '#rooms/rooms-for-tests.ts'
import { aDevice, type SyncServer, settled, syncServer } from '#sync/sync-for-tests.ts'
import { SpecialAnswer } from '../answer.ts'
import type { Handler } from '../handler.ts'
import { handleGetEvents } from './get-events.ts'
import { handleGetOneEvent } from './get-one-event.ts'
import { handleInitialSync } from './initial-sync.ts'
import { handleRoomInitialSync } from './room-initial-sync.ts'
import type { WithRooms } from './rooms-modules.ts'
import type { WithSync } from './sync.ts'

type Modules = WithRooms & WithSync
type Made = ReturnType<Handler<Modules>['make']>

interface Asked {
  readonly params?: object
  readonly query?: object
  readonly userId?: string
}

async function ask<E extends Endpoint>(
  { accounts, rooms, sync }: SyncServer,
  { make, endpoint }: { readonly endpoint: E; readonly make: (modules: Modules) => unknown },
  { params = {}, query = {}, userId = anna }: Asked,
) {
  const http = { signal: new AbortController().signal, draining: new AbortController().signal }
  const call = { params, query, session: { userId, deviceId: 'PHONE' }, http } as unknown as Parameters<Made>[0]
  const answer = await (make({ accounts, rooms, sync }) as Made)(call)
  const body = answer instanceof SpecialAnswer ? JSON.parse(String(answer.content)) : answer
  const check = schemaCheck(endpoint.response ?? assert.fail())
  if (!check.fits(body)) assert.fail(JSON.stringify(check.problem(body)))
  return body
}

const bodies = (events: readonly { content: { body?: string } }[]) =>
  events.flatMap(({ content }) => content.body ?? [])

test('/initialSync tells the rooms with their state of now and their newest messages, and /events goes on from there', async (t) => {
  const server = await syncServer(t)
  await aDevice(server, anna)
  const roomId = await server.rooms.create(aRoom({ creator: anna }))
  const invited = await server.rooms.create(aRoom({ creator: bo, invite: [anna] }))
  await server.rooms.send(roomId, aMessage('ett', anna))
  const first = await ask(server, handleInitialSync, { query: { limit: 1 } })
  assert.deepEqual(
    first.rooms.map((room: { room_id: string; membership: string }) => [room.room_id, room.membership]),
    [
      [invited, 'invite'],
      [roomId, 'join'],
    ],
  )
  const { messages, state } = first.rooms[1]
  assert.deepEqual(bodies(messages.chunk), ['ett'])
  assert.ok(state.some(({ type }: { type: string }) => type === 'm.room.create'))
  await server.rooms.send(roomId, aMessage('två', anna))
  await server.ephemeral.setTyping({ roomId, userId: anna, typing: true })
  const next = await ask(server, handleGetEvents, { query: { from: first.end } })
  const inRooms = next.chunk.filter(({ room_id }: { room_id?: string }) => room_id !== undefined)
  assert.deepEqual(
    inRooms.map(({ type, room_id }: { type: string; room_id: string }) => [type, room_id]),
    [
      ['m.room.message', roomId],
      ['m.typing', roomId],
    ],
  )
  assert.equal(next.start, first.end)
})

test('somebody who is not in a room that the world may read hears what is said there as it is said', async (t) => {
  const server = await syncServer(t)
  const open = { type: 'm.room.history_visibility', stateKey: '', content: { history_visibility: 'world_readable' } }
  const roomId = await server.rooms.create(aRoom({ creator: anna, initialState: [open] }))
  await server.rooms.send(roomId, aMessage('ett', anna))
  const first = await ask(server, handleRoomInitialSync, { params: { roomId }, userId: cia })
  assert.deepEqual([bodies(first.messages.chunk), first.membership], [['ett'], undefined])
  const { end } = await ask(server, handleGetEvents, { userId: cia })
  const waiting = ask(server, handleGetEvents, {
    query: { room_id: roomId, from: end, timeout: 30_000 },
    userId: cia,
  })
  await settled()
  await server.rooms.send(roomId, aMessage('två', anna))
  const heard = await waiting
  assert.deepEqual(bodies(heard.chunk), ['två'])
  assert.deepEqual(heard.chunk[0].room_id, roomId)
  const later = await ask(server, handleGetEvents, { query: { room_id: roomId, from: heard.end }, userId: cia })
  assert.deepEqual(later.chunk, [])
})

test('a room that is closed to the world is closed to those who only look', async (t) => {
  const server = await syncServer(t)
  const roomId = await server.rooms.create(aRoom({ creator: anna }))
  const eventId = await server.rooms.send(roomId, aMessage('hemligt', anna))
  const inRoom = { query: { room_id: roomId }, userId: cia }
  await assert.rejects(ask(server, handleGetEvents, inRoom), { status: 403 })
  await assert.rejects(ask(server, handleRoomInitialSync, { params: { roomId }, userId: cia }), { status: 403 })
  await assert.rejects(ask(server, handleGetOneEvent, { params: { eventId }, userId: cia }), { status: 404 })
  const event = await ask(server, handleGetOneEvent, { params: { eventId } })
  assert.deepEqual([event.event_id, event.room_id], [eventId, roomId])
})

test('a message to the device that /events passes by is still there for /sync', async (t) => {
  const server = await syncServer(t)
  const phone = await aDevice(server, anna)
  const { token: before } = await phone.ask()
  await server.e2ee.sendToDevice({
    sender: bo,
    deviceId: phone.deviceId,
    type: 'm.test',
    txnId: 't',
    messages: new Map([[anna, new Map([[phone.deviceId, { key: 1 }]])]]),
  })
  const { end } = await ask(server, handleGetEvents, { query: { from: before } })
  await ask(server, handleGetEvents, { query: { from: end } })
  const seen = await phone.ask({ since: before })
  assert.equal(seen.events('to_device').length, 1)
})
