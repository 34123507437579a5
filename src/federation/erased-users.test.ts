// What somebody wrote who has asked for erasure: those who were there keep it, those who come later get it redacted.
// spec: client-server-api, POST /_matrix/client/v3/account/deactivate (erase, since v1.10)

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import { settle, type TestServer, twoServers } from './servers-for-tests.ts'

async function bodies({ rooms }: TestServer, roomId: RoomId, userId: UserId): Promise<unknown[]> {
  const asked = { roomId, direction: 'f', from: undefined, to: undefined, limit: 100, filter: undefined } as const
  const { events } = await rooms.page(asked, { userId, deviceId: undefined })
  return events.flatMap(({ json }) => {
    const { type, content } = JSON.parse(json)
    return type === 'm.room.message' ? [content.body] : []
  })
}

test('erase: who was there reads it still, who joins later, here or on another server, does not', async (t) => {
  const { alfa, beta, anna, bo } = await twoServers(t)
  const [cia, dan] = [await alfa.user('cia'), await alfa.user('dan')]
  const roomId = await alfa.createRoom(anna)
  const joinHere = (userId: UserId) => alfa.rooms.join({ roomId, userId, servers: [], content: {} })
  await joinHere(cia)
  const written = await alfa.say(roomId, cia, 'cias ord')
  const edit = {
    'm.new_content': { body: 'cias nya ord' },
    'm.relates_to': { rel_type: 'm.replace', event_id: written },
  }
  await alfa.setState(roomId, anna, 'm.room.power_levels', { users: { [cia]: 50 } })
  await alfa.rooms.send(roomId, {
    type: 'm.room.message',
    sender: cia,
    content: { msgtype: 'm.text', body: 'ändring', ...edit },
  })
  await alfa.setState(roomId, cia, 'm.room.topic', { topic: 'cias ämne' })
  await alfa.say(roomId, anna, 'annas ord')
  await alfa.running.accounts.deactivate(cia, { erase: true })
  const topic = await alfa.setState(roomId, anna, 'm.room.topic', { topic: 'annas ämne' })

  await joinHere(dan)
  assert.deepEqual(await bodies(alfa, roomId, anna), ['cias ord', 'ändring', 'annas ord'])
  assert.deepEqual(await bodies(alfa, roomId, dan), [undefined, undefined, 'annas ord'])
  const asDan = { userId: dan, deviceId: undefined }
  const { json } = await alfa.rooms.reading.event(roomId, written, asDan)
  assert.equal(json.includes('cias nya ord'), false)
  assert.equal((await alfa.rooms.reading.event(roomId, topic, asDan)).json.includes('cias ämne'), false)

  await beta.join(roomId, bo, alfa)
  await settle(alfa, beta)
  assert.deepEqual(await bodies(beta, roomId, bo), [])
  const asked = { roomId, direction: 'b', from: undefined, to: undefined, limit: 100, filter: undefined } as const
  await beta.rooms.page(asked, { userId: bo, deviceId: undefined })
  assert.deepEqual(await bodies(beta, roomId, bo), [undefined, undefined, 'annas ord'])
})
