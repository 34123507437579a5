// spec: server-server-api #adding-hashes-and-signatures-to-outgoing-events

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { type EventId, parseRoomId, parseServerName, parseUserId } from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { type RoomVersion, roomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { buildEvent, type EventDraft, hashAndSign, parsePdu } from './events.ts'

const crypto = loadCrypto()
const signingKey = crypto.signingKeyFromSeed(Buffer.alloc(32, 7), 'a_1')
const [serverName, sender] = [parseServerName('[::1]:8448'), parseUserId('@åsa:[::1]:8448')]
assert.ok(serverName !== undefined && sender !== undefined)
const partsFor = (version: RoomVersion) => ({ version, serverName, crypto, signingKey })

const idFor = (version: RoomVersion, text: string): EventId => {
  if (version.eventIdFormat === 'field') return `$x${Buffer.from(text).toString('hex')}:d` as EventId
  return `$${version.eventIdFormat === 'hash' ? crypto.sha256(text) : crypto.sha256UrlSafe(text)}` as EventId
}

function draftFor(version: RoomVersion, change: Partial<EventDraft> = {}): EventDraft {
  return {
    type: 'm.room.message',
    sender: sender as EventDraft['sender'],
    roomId: parseRoomId(version.roomIdIsCreateHash ? `!${'R'.repeat(42)}E` : '!r:d'),
    content: { body: 'hej' },
    originServerTs: 1_700_000_000_000,
    depth: 7,
    prevEvents: [idFor(version, 'p')],
    authEvents: [idFor(version, 'a'), idFor(version, 'b')],
    eventId: version.eventIdFormat === 'field' ? idFor(version, 'own') : undefined,
    ...change,
  }
}

/** The draft as a PDU, member by member: what the plain way starts from. */
function plainPdu(draft: EventDraft, version: RoomVersion): JsonObject {
  const named = version.eventIdFormat === 'field'
  const references = (ids: readonly EventId[]): Json[] =>
    ids.map((id) => {
      const sha256 = draft.referenceHashes?.get(id)
      const known: JsonObject = sha256 === undefined ? {} : { sha256 }
      return named ? [id, known] : id
    })
  const inContent = draft.redacts !== undefined && version.redactsInContent
  return {
    type: draft.type,
    ...(draft.stateKey === undefined ? {} : { state_key: draft.stateKey }),
    ...(draft.roomId === undefined ? {} : { room_id: draft.roomId }),
    ...(draft.eventId === undefined ? {} : { event_id: draft.eventId }),
    ...(draft.redacts === undefined || inContent ? {} : { redacts: draft.redacts }),
    sender: draft.sender,
    content: inContent ? { ...draft.content, redacts: draft.redacts as string } : draft.content,
    origin_server_ts: draft.originServerTs,
    depth: draft.depth,
    prev_events: references(draft.prevEvents),
    auth_events: references(draft.authEvents),
  }
}

const text = fc.string({ unit: 'binary', maxLength: 20 })
const content = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      'membership',
      'join_rule',
      'allow',
      'users',
      'redacts',
      'creator',
      '__proto__',
      'third_party_invite',
    ),
    text,
  ),
  fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.maxSafeInteger(),
      fc.constantFrom<Json>(null, true, -0),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constant('signed'), text), tie('value'), { maxKeys: 3 }),
    ),
  })).value,
  { maxKeys: 6 },
)
const types = [
  'm.room.message',
  'm.room.member',
  'm.room.create',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.redaction',
  'm.room.aliases',
  'se.å "x"',
]
const storable = text.filter((value) => !value.includes('\0'))

test('the fast way gives the event, the text and the ID that the plain way gives, in every room version', () => {
  const drafts = fc.record({
    type: fc.constantFrom(...types),
    stateKey: fc.option(fc.oneof(fc.constant(''), storable), { nil: undefined }),
    content,
    depth: fc.nat(),
    refs: fc.array(fc.string(), { maxLength: 4 }),
    redacts: fc.boolean(),
    hashes: fc.boolean(),
  })
  fc.assert(
    fc.property(drafts, fc.constantFrom(...roomVersions), ({ refs, redacts, hashes, ...change }, version) => {
      const ids = refs.map((ref) => idFor(version, ref))
      const impliesRoom = version.roomIdIsCreateHash && change.type === 'm.room.create' && change.stateKey === ''
      const draft = draftFor(version, {
        ...change,
        prevEvents: ids,
        ...(redacts ? { redacts: idFor(version, 'x') } : {}),
        ...(hashes ? { referenceHashes: new Map(ids.map((id) => [id, crypto.sha256(id)])) } : {}),
        ...(impliesRoom ? { roomId: undefined } : {}),
      })
      const fast = buildEvent(draft, partsFor(version))
      const plain = hashAndSign(plainPdu(draft, version), partsFor(version))
      assert.equal(fast.json, plain.json)
      assert.equal(fast.event.eventId, plain.event.eventId)
      assert.deepEqual({ ...fast.event, content: 0, pdu: 0 }, { ...plain.event, content: 0, pdu: 0 })
      assert.equal(JSON.stringify(fast.event.content), JSON.stringify(plain.event.content))
    }),
    { numRuns: 300 },
  )
})

test('what is built is read by others, with the right hash', () => {
  for (const version of roomVersions) {
    const { event, json } = buildEvent(draftFor(version), partsFor(version))
    const read = parsePdu(JSON.parse(json), version, crypto)
    assert.deepEqual(read.ok, event)
    assert.equal(read.contentHashMatches, true)
  }
})

test('content that has no canonical JSON is bad JSON, in every room version', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(127)}{}${'}'.repeat(127)}`)
  for (const version of roomVersions) {
    for (const bad of [{ a: 1.5 }, { a: 2 ** 53 }, { a: '\ud800' }, { '\ud800': 1 }, deep]) {
      assert.throws(() => buildEvent(draftFor(version, { content: bad }), partsFor(version)), { errcode: 'M_BAD_JSON' })
    }
  }
})

test('an event of ours leaves room for the empty unsigned that others count: 65,522 bytes, and no more', () => {
  const parts = partsFor(roomVersion('12'))
  const sized = (length: number) =>
    buildEvent(draftFor(parts.version, { content: { body: 'å'.repeat(length / 2) + 'a'.repeat(length % 2) } }), parts)
  const room = 65_522 - Buffer.byteLength(sized(0).json)
  assert.equal(Buffer.byteLength(sized(room).json), 65_522)
  assert.throws(() => sized(room + 1), { errcode: 'M_TOO_LARGE' })
})

test('types and state keys of more than 255 bytes, or with a NUL, are refused', () => {
  const parts = partsFor(roomVersion('12'))
  for (const long of ['a'.repeat(256), 'å'.repeat(128), 'a\0']) {
    assert.throws(() => buildEvent(draftFor(parts.version, { type: long }), parts), { errcode: 'M_INVALID_PARAM' })
    assert.throws(() => buildEvent(draftFor(parts.version, { stateKey: long }), parts), { errcode: 'M_INVALID_PARAM' })
  }
})

test('a draft that contradicts its room version is a mistake of ours', () => {
  const create = { type: 'm.room.create', stateKey: '' }
  assert.throws(() => buildEvent(draftFor(roomVersion('12'), create), partsFor(roomVersion('12'))), TypeError)
  assert.throws(
    () => buildEvent(draftFor(roomVersion('11'), { roomId: undefined }), partsFor(roomVersion('11'))),
    TypeError,
  )
  assert.throws(
    () => buildEvent(draftFor(roomVersion('1'), { eventId: undefined }), partsFor(roomVersion('1'))),
    TypeError,
  )
  const many = Array.from({ length: 21 }, (_, index) => idFor(roomVersion('12'), `${index}`))
  assert.throws(
    () => buildEvent(draftFor(roomVersion('12'), { prevEvents: many }), partsFor(roomVersion('12'))),
    TypeError,
  )
})

test('a template of another server keeps its further members and loses its signatures', () => {
  const version = roomVersion('10')
  const template = { ...plainPdu(draftFor(version), version), origin: 'd', signatures: { d: {} }, unsigned: { age: 1 } }
  const { event } = hashAndSign(template, partsFor(version))
  assert.equal(event.pdu['origin'], 'd')
  assert.deepEqual(Object.keys(event.pdu['signatures'] as JsonObject), ['[::1]:8448'])
  assert.throws(() => hashAndSign({ ...template, depth: 'x' }, partsFor(version)), { errcode: 'M_BAD_JSON' })
  assert.throws(() => hashAndSign({ ...template, content: { a: 1.5 } }, partsFor(version)), { errcode: 'M_BAD_JSON' })
})
