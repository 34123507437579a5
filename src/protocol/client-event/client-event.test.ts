// The client form of events: what it has, what it must not have, and that it is always JSON.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type EventParts, eventOf } from '#protocol/event-for-tests/event-for-tests.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { clientEventPrefix, federationEventPrefix, type Unsigned, withRoomId, withUnsigned } from './client-event.ts'

const clientForm = (parts: EventParts, unsigned?: Unsigned): JsonObject => {
  const event = eventOf(parts)
  return JSON.parse(
    withUnsigned(withRoomId(clientEventPrefix(event, JSON.stringify(event.content)), event.roomId), unsigned),
  )
}

test('the client form has the members of the specification and leaks nothing of the federation form', () => {
  assert.deepEqual(clientForm({ stateKey: '' }), {
    type: 'm.room.message',
    sender: '@alice:example.org',
    content: { msgtype: 'm.text', body: 'hello' },
    state_key: '',
    origin_server_ts: 1_700_000_000_000,
    event_id: '$event',
    room_id: '!room:example.org',
  })
})

test('a message has no state key, and without withRoomId no room', () => {
  const event = eventOf()
  const form = JSON.parse(withUnsigned(clientEventPrefix(event, '{}')))
  assert.deepEqual(Object.keys(form), ['type', 'sender', 'content', 'origin_server_ts', 'event_id'])
})

test('since v12 the create event gets its room', () => {
  const form = clientForm({ type: 'm.room.create', stateKey: '', content: {}, roomId: '!hash', version: '12' })
  assert.equal(form['room_id'], '!hash')
})

test('a redaction names its target at the top level and in its content, in every version', () => {
  const before = clientForm({ type: 'm.room.redaction', content: { reason: 'r' }, redacts: '$t', version: '10' })
  assert.deepEqual([before['redacts'], before['content']], ['$t', { reason: 'r', redacts: '$t' }])
  const since = clientForm({ type: 'm.room.redaction', content: { redacts: '$t' }, redacts: '$t', version: '11' })
  assert.deepEqual([since['redacts'], since['content']], ['$t', { redacts: '$t' }])
})

test('before v11 a target in the content does not replace the one that counts', () => {
  const form = clientForm({ type: 'm.room.redaction', content: { redacts: '$false' }, redacts: '$true', version: '10' })
  assert.deepEqual([form['redacts'], form['content']], ['$true', { redacts: '$true' }])
})

test('a redaction without content, and one with a false target, is text with each name once', () => {
  const text = (contentJson: string) =>
    clientEventPrefix(eventOf({ type: 'm.room.redaction', redacts: '$t', version: '1' }), contentJson)
  assert.match(text('{}'), /"content":\{"redacts":"\$t"\},/)
  assert.match(text('{"redacts":"$f"}'), /"content":\{"redacts":"\$t"\},/)
  assert.match(text('{"a":1.0}'), /"content":\{"a":1\.0,"redacts":"\$t"\},/)
})

test('other events do not get a redacts', () => {
  assert.equal('redacts' in clientForm({ type: 'm.room.message', redacts: '$t', version: '10' }), false)
})

test('unsigned has what it is given, under the names of the wire', () => {
  const unsigned: Unsigned = {
    age: 12.5,
    transactionId: 't"1',
    prevContentJson: '{"a":1}',
    replacesState: '$before' as EventId,
    redactedBecauseJson: '{"type":"m.room.redaction"}',
    membership: 'leave',
    relationsJson: '{"m.reference":{"chunk":[]}}',
    inviteRoomStateJson: '[]',
    knockRoomStateJson: '[]',
  }
  assert.deepEqual(clientForm({}, unsigned)['unsigned'], {
    age: 12,
    transaction_id: 't"1',
    prev_content: { a: 1 },
    replaces_state: '$before',
    redacted_because: { type: 'm.room.redaction' },
    membership: 'leave',
    'm.relations': { 'm.reference': { chunk: [] } },
    invite_room_state: [],
    knock_room_state: [],
  })
})

test('nothing to tell is no unsigned', () => {
  assert.equal('unsigned' in clientForm({}, {}), false)
  assert.equal('unsigned' in clientForm({}), false)
})

test('the federation form is the PDU with the IDs that it lacks, and no foreign unsigned', () => {
  const form = JSON.parse(withUnsigned(federationEventPrefix(eventOf()), { age: 3 }))
  assert.equal(form.event_id, '$event')
  assert.deepEqual(form.signatures, { 'example.org': { 'ed25519:1': 'signature' } })
  assert.deepEqual(form.unsigned, { age: 3 })
  const create = eventOf({ type: 'm.room.create', stateKey: '', content: {}, roomId: '!hash', version: '12' })
  assert.equal(JSON.parse(withUnsigned(federationEventPrefix(create))).room_id, '!hash')
})

test('whatever an event says, its form is JSON that says the same', () => {
  const text = fc.string({ unit: 'binary' })
  const parts = fc.record({
    type: text,
    stateKey: fc.option(text, { nil: undefined }),
    sender: text,
    eventId: text,
    roomId: text,
    content: fc.dictionary(text, fc.jsonValue()),
    transactionId: text,
  })
  fc.assert(
    fc.property(parts, ({ transactionId, ...event }) => {
      const content = JSON.parse(JSON.stringify(event.content))
      const form = clientForm({ ...event, content }, { transactionId })
      assert.deepEqual(
        [form['type'], form['state_key'], form['sender'], form['event_id'], form['room_id'], form['content']],
        [event.type, event.stateKey, event.sender, event.eventId, event.roomId, content],
      )
      assert.deepEqual(form['unsigned'], { transaction_id: transactionId })
    }),
  )
})
