// The answers of /sync against their definition, and the parameters that its handler hands on.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sync as definition } from '#api/client/sync.ts'
import { schemaCheck } from '#api/validation.ts'
import { aMessage, anna, aRoom, bo, joins } from '#rooms/rooms-for-tests.ts'
import { aDevice, type SyncServer, syncServer } from '#sync/sync-for-tests.ts'
import { SpecialAnswer } from '../answer.ts'
import { handleSync } from './sync.ts'

type HandlerCall = Parameters<ReturnType<typeof handleSync.make>>[0]
type Body = { next_batch: string; rooms?: { join?: { [id: string]: { [member: string]: unknown } } } }

const check = schemaCheck(definition.response)

/** One request as the mount would hand it over, with its answer held against the definition. */
async function ask({ sync }: SyncServer, query: { [name: string]: unknown }): Promise<Body> {
  const signals = { signal: new AbortController().signal, draining: new AbortController().signal }
  const call = { query, session: { userId: anna, deviceId: 'PHONE' }, http: signals } as unknown as HandlerCall
  const answer = await handleSync.make({ sync })(call)
  assert.ok(answer instanceof SpecialAnswer && typeof answer.content === 'string')
  const body = JSON.parse(answer.content) as Body
  if (!check.fits(body)) assert.fail(JSON.stringify(check.problem(body)))
  return body
}

test('what /sync answers is what its definition promises', async (t) => {
  const server = await syncServer(t)
  await aDevice(server, anna)
  await aDevice(server, bo)
  const roomId = await server.rooms.create(aRoom({ invite: [bo] }))
  await server.rooms.changeMembership(joins(roomId, bo))
  await server.accounts.tags.set({ userId: anna, roomId }, 'm.favourite', {})
  const invited = await server.rooms.create(aRoom({ creator: bo, invite: [anna], preset: 'private_chat' }))
  const first = await ask(server, {})
  assert.ok(first.rooms?.join?.[roomId])
  await server.rooms.changeMembership({ roomId: invited, sender: anna, target: anna, membership: 'leave' })
  const eventId = await server.rooms.send(roomId, aMessage('hej', bo))
  await server.ephemeral.receipts.set(bo, roomId, { 'm.read': eventId })
  await server.ephemeral.setTyping({ roomId, userId: bo, typing: true })
  const next = await ask(server, { since: first.next_batch })
  assert.ok(next.rooms?.join?.[roomId]?.['ephemeral'])
})

test('use_state_after is answered under the name that it was asked by', async (t) => {
  const server = await syncServer(t)
  const roomId = await server.rooms.create(aRoom())
  const members = async (query: { [name: string]: unknown }) => {
    const room = (await ask(server, query)).rooms?.join?.[roomId] ?? {}
    return Object.keys(room).filter((name) => name.includes('state'))
  }
  assert.deepEqual(await members({}), ['state'])
  assert.deepEqual(await members({ use_state_after: true }), ['state_after'])
  const unstable = 'org.matrix.msc4222.use_state_after'
  assert.deepEqual(await members({ [unstable]: true }), ['org.matrix.msc4222.state_after'])
})
