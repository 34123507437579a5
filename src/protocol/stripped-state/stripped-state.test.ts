// Stripped state: what is shown, and what is believed of other servers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventOf, stateOf } from '#protocol/event-for-tests/event-for-tests.ts'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { RoomId, UserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { roomVersion } from '#protocol/room-versions/room-versions.ts'
import {
  federationFormOf,
  keepReceivedState,
  requireReceivedState,
  stripEvent,
  strippedStateOf,
  strippedStateTypes,
} from './stripped-state.ts'

const roomId = '!room:example.org' as RoomId
const create = eventOf({ type: 'm.room.create', stateKey: '', content: {}, version: '12' })
const name = eventOf({ type: 'm.room.name', stateKey: '', content: { name: 'Nämnden' }, version: '12' })

/** Reads only the PDUs of these events: stands for a check of format and signatures. */
const readOnly =
  (...events: readonly RoomEvent[]) =>
  (pdu: JsonObject) =>
    events.find((event) => event.pdu === pdu)
const receive = (entries: Json | undefined, read: (pdu: JsonObject) => RoomEvent | undefined, version: '11' | '12') =>
  requireReceivedState({ entries, roomId, version: roomVersion(version), read })
const refusal = (result: ReturnType<typeof receive>) => ('refused' in result ? result.refused.errcode : undefined)

test('every type of the specification is shown, the inviter too, and nothing else', () => {
  const events = [...strippedStateTypes, 'm.room.power_levels', 'm.room.tombstone'].map((type) =>
    eventOf({ type, stateKey: '' }),
  )
  const inviter = eventOf({ type: 'm.room.member', stateKey: '@alice:example.org', content: { membership: 'join' } })
  const shown = strippedStateOf(stateOf(...events, inviter), '@alice:example.org' as UserId)
  assert.deepEqual(
    shown.map((event) => event.type),
    [...strippedStateTypes, 'm.room.member'],
  )
  assert.deepEqual(strippedStateOf(stateOf()), [])
})

test('clients get four members, servers the whole PDU without unsigned', () => {
  assert.deepEqual(Object.keys(stripEvent(name)), ['type', 'state_key', 'sender', 'content'])
  const [pdu] = federationFormOf([name])
  assert.ok(pdu !== undefined && 'signatures' in pdu && 'hashes' in pdu && !('unsigned' in pdu))
})

test('since v12, valid PDUs with the create event are accepted and pruned', () => {
  const result = receive([create.pdu, name.pdu], readOnly(create, name), '12')
  assert.ok('ok' in result)
  assert.deepEqual(result.ok.events, [stripEvent(create), stripEvent(name)])
  assert.equal(result.ok.create, create)
})

test('since v12, missing state is M_MISSING_PARAM and bad state M_INVALID_PARAM', () => {
  const elsewhere = eventOf({ type: 'm.room.topic', stateKey: '', roomId: '!other:example.org', version: '12' })
  const message = eventOf({ version: '12' })
  const all = readOnly(create, name, elsewhere, message)
  assert.equal(refusal(receive(undefined, all, '12')), 'M_MISSING_PARAM')
  assert.equal(refusal(receive({}, all, '12')), 'M_INVALID_PARAM')
  assert.equal(refusal(receive([name.pdu], all, '12')), 'M_INVALID_PARAM')
  for (const bad of [elsewhere.pdu, message.pdu, { type: 'm.room.name' }, 'x', null, create.pdu]) {
    assert.equal(refusal(receive([create.pdu, bad], all, '12')), 'M_INVALID_PARAM')
  }
  assert.equal(refusal(receive([create.pdu, name.pdu], readOnly(create), '12')), 'M_INVALID_PARAM')
  assert.equal(
    refusal(receive([create.pdu, ...Array.from({ length: 50 }, () => name.pdu)], all, '12')),
    'M_INVALID_PARAM',
  )
})

test('before v12, stripped events are accepted and nothing but the four members passes', () => {
  const entry = { type: 'm.room.name', state_key: '', sender: '@a:b.org', content: { name: 'x' } }
  const result = receive([{ ...entry, event_id: '$x', unsigned: {} }], readOnly(), '11')
  assert.ok('ok' in result)
  assert.deepEqual(result.ok, { events: [entry], create: undefined })
})

test('before v12, an entry that is signed has to be signed right', () => {
  const result = receive([name.pdu], readOnly(), '11')
  assert.deepEqual(result, { ok: { events: [], create: undefined } })
})

test('state after a knock keeps what is valid and the first of two', () => {
  const other = { type: 'm.room.name', state_key: '', sender: '@a:b.org', content: { name: 'y' } }
  const parts = { roomId, version: roomVersion('11'), read: readOnly(name) }
  const { events } = keepReceivedState({ ...parts, entries: ['x', name.pdu, other, { ...other, sender: 'nobody' }] })
  assert.deepEqual(events, [stripEvent(name)])
  assert.deepEqual(keepReceivedState({ ...parts, entries: 'x' }).events, [])
})

test('an entry larger than any event, or of another room, is left out', () => {
  const entry = { type: 'm.room.name', state_key: '', sender: '@a:b.org', content: { name: 'x'.repeat(65_536) } }
  const parts = { roomId, version: roomVersion('11'), read: readOnly() }
  assert.deepEqual(keepReceivedState({ ...parts, entries: [entry] }).events, [])
  assert.deepEqual(
    keepReceivedState({ ...parts, entries: [{ ...entry, content: {}, room_id: '!o:b.org' }] }).events,
    [],
  )
})

test('nothing received makes reading throw, and at most fifty entries are kept', () => {
  const entry = fc.record(
    {
      type: fc.string(),
      state_key: fc.string(),
      sender: fc.constant('@a:b.org'),
      content: fc.dictionary(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: ['type'] },
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(entry, fc.jsonValue()), { maxLength: 80 }), (entries) => {
      const result = receive(entries as Json, readOnly(), '11')
      assert.ok('ok' in result && result.ok.events.length <= 50)
    }),
  )
})
