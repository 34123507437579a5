// The results of a transaction's PDUs. The rooms are stood in for: what they say is what is tested elsewhere.
// spec: server-server-api, PUT /_matrix/federation/v1/send/{txnId}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseUnavailable } from '#platform/database/database.ts'
import { logTo } from '#platform/log/log.ts'
import { forbidden, limitExceeded, notFound } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, ServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { answerText, type RoomReceiver, takePdus } from './take-pdus.ts'

const origin = 'beta.example' as ServerName
const log = logTo({ write() {} })
const pdu = (room: string, id: string): JsonObject => ({ room_id: room, event_id: id, type: 'm.room.message' })
const take = (receive: RoomReceiver['receive'], pdus: JsonObject[]) =>
  takePdus(origin, pdus, { rooms: { receive }, log })

test('the events of a room come in one call, in their order; rooms do not wait for each other', async () => {
  const calls: [RoomId, unknown[]][] = []
  const open = Promise.withResolvers<void>()
  const results = await take(
    async (_, roomId, pdus) => {
      calls.push([roomId, pdus.map((each) => each['event_id'])])
      // The first room ends only when the second has been called.
      if (roomId === '!a:x') await open.promise
      else open.resolve()
      return pdus.map((each) => ({ outcome: 'accepted', eventId: each['event_id'] as EventId }))
    },
    [pdu('!a:x', '$1'), pdu('!b:x', '$2'), pdu('!a:x', '$3')],
  )
  assert.deepEqual(calls, [
    ['!a:x', ['$1', '$3']],
    ['!b:x', ['$2']],
  ])
  assert.deepEqual([...results.keys()].sort(), ['$1', '$2', '$3'])
})

test('rejected, soft-failed and waiting events are no errors, refused ones are', async () => {
  const results = await take(
    async () => [
      { outcome: 'rejected', eventId: '$1' as EventId },
      { outcome: 'soft-failed', eventId: '$2' as EventId },
      { outcome: 'staged', eventId: '$4' as EventId },
      { outcome: 'refused', eventId: '$3' as EventId, error: forbidden('x/y', 'Nej.') },
      { outcome: 'refused', eventId: undefined, error: forbidden('x/y', 'Inget namn.') },
    ],
    [pdu('!a:x', '$1')],
  )
  assert.equal(answerText(results), '{"pdus":{"$1":{},"$2":{},"$4":{},"$3":{"error":"Nej."}}}')
})

test('a room that fails, or is not known, loses no other room', async () => {
  for (const error of [notFound('Ej här.'), new TypeError('a defect')]) {
    const results = await take(
      async (_, roomId, pdus) => {
        if (roomId === '!a:x') throw error
        return pdus.map((each) => ({ outcome: 'accepted', eventId: each['event_id'] as EventId }))
      },
      [pdu('!a:x', '$1'), pdu('!b:x', '$2')],
    )
    assert.equal(results.get('$2'), undefined)
    assert.ok(results.has('$2'))
    assert.equal(typeof results.get('$1'), 'string')
  }
})

test('a defect is not told to the other server', async () => {
  const results = await take(async () => Promise.reject(new Error('secret of ours')), [pdu('!a:x', '$1')])
  assert.equal(results.get('$1')?.includes('secret'), false)
})

test('when we cannot now, the whole transaction is to come again', async () => {
  for (const error of [limitExceeded(1), new DatabaseUnavailable('not-run', 'gone')]) {
    await assert.rejects(
      take(async () => Promise.reject(error), [pdu('!a:x', '$1')]),
      error,
    )
  }
})

test('what is in no room has no result', async () => {
  const results = await take(async () => assert.fail(), [{ type: 'm.room.message' }, { room_id: 7 }, pdu('room', '$1')])
  assert.equal(answerText(results), '{"pdus":{}}')
})
