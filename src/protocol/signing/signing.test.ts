// spec: appendices #signing-json, #checking-for-a-signature; server-server-api #signing-events

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { buildEvent, parsePdu, type RoomEvent } from '#protocol/events/events.ts'
import {
  type KeyId,
  parseEventId,
  parseKeyId,
  parseRoomId,
  parseServerName,
  parseUserId,
} from '#protocol/identifiers/identifiers.ts'
import type { Json, JsonObject } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import {
  neededKeys,
  signaturesOf,
  signEvent,
  signJson,
  type VerifyKey,
  verifyEventSignatures,
  verifyJson,
} from './signing.ts'

const crypto = loadCrypto()

interface Case {
  readonly name: string
  readonly seed: string
  readonly serverName: string
  readonly keyVersion: string
  readonly object: JsonObject
  readonly signed: JsonObject
}

const file = new URL('../../../vectors/signatures/json.json', import.meta.url)
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8')).cases

function given<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined)
  return value
}

for (const { name, seed, serverName, keyVersion, object, signed } of cases) {
  test(`the specification's example: ${name}`, () => {
    const key = crypto.signingKeyFromSeed(Buffer.from(seed, 'base64'), keyVersion)
    assert.deepEqual(signJson(object, serverName, key), signed)
    assert.ok(verifyJson(signed, serverName, given(parseKeyId(key.keyId)), key.publicKey, crypto))
  })
}

const key = crypto.signingKeyFromSeed(Buffer.alloc(32, 1), 'one')
const otherKey = crypto.signingKeyFromSeed(Buffer.alloc(32, 2), 'two')
const [alfa, beta] = [given(parseServerName('alfa.se')), given(parseServerName('beta.se'))]
const keyId = given(parseKeyId(key.keyId))

test('unsigned may change and signatures may be added, nothing else', () => {
  const object = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.maxSafeInteger()))
  fc.assert(
    fc.property(object, (value) => {
      const signed = signJson(signJson(value, alfa, key), beta, otherKey)
      const holds = (json: JsonObject) => verifyJson(json, alfa, keyId, key.publicKey, crypto)
      assert.ok(holds(signed))
      assert.ok(holds({ ...signed, unsigned: { age: 1 } }))
      assert.ok(!holds({ ...signed, 'one more': 1 }))
      assert.ok(!verifyJson(signed, beta, keyId, key.publicKey, crypto))
      assert.ok(!verifyJson(signed, alfa, keyId, otherKey.publicKey, crypto))
    }),
  )
})

test('malformed signatures are no signatures', () => {
  const malformed: Json[] = [
    1,
    [],
    { 'alfa.se': 1 },
    { 'alfa.se': { 'ed25519:one': 1 } },
    { 'alfa.se': { 'x:one': 'a' } },
  ]
  for (const signatures of malformed) {
    assert.equal(signaturesOf({ signatures }, alfa).size, 0)
    assert.ok(!verifyJson({ signatures }, alfa, keyId, key.publicKey, crypto))
  }
  assert.equal(signaturesOf({}, 'constructor').size, 0)
})

test('an object without canonical JSON is not signed and verifies as false', () => {
  assert.throws(() => signJson({ a: 1.5 }, alfa, key), { fault: 'float' })
  assert.ok(!verifyJson({ ...signJson({}, alfa, key), a: '\ud800' }, alfa, keyId, key.publicKey, crypto))
})

const sentAt = 1_700_000_000_000

function anEvent(id: RoomVersionId, content: JsonObject = {}, type = 'm.room.member'): RoomEvent {
  const version = roomVersion(id)
  const draft = {
    type,
    stateKey: '@u:alfa.se',
    sender: given(parseUserId('@u:alfa.se')),
    roomId: given(parseRoomId(version.roomIdIsCreateHash ? `!${'A'.repeat(42)}E` : '!r:alfa.se')),
    content,
    originServerTs: sentAt,
    depth: 1,
    prevEvents: [],
    authEvents: [],
    eventId: version.eventIdFormat === 'field' ? parseEventId('$e:beta.se') : undefined,
  }
  return buildEvent(draft, { version, serverName: alfa, crypto, signingKey: key }).event
}

function keys(change: Partial<VerifyKey> = {}) {
  const known = new Map<string, VerifyKey>([
    ['alfa.se ed25519:one', { keyId, publicKey: key.publicKey, validUntil: sentAt, old: false, ...change }],
    [
      'beta.se ed25519:two',
      { keyId: given(parseKeyId(otherKey.keyId)), publicKey: otherKey.publicKey, validUntil: sentAt, old: false },
    ],
  ])
  return (server: string, id: KeyId) => known.get(`${server} ${id}`)
}

const ruleOf = (event: RoomEvent, keyOf = keys()) => {
  const verdict = verifyEventSignatures(event, keyOf, crypto)
  return verdict.ok ? 'ok' : `${verdict.rule} ${verdict.server}`
}

test('an event with the signature of its sender is good, also when its content is redacted on the way', () => {
  const event = anEvent('12', { membership: 'join', displayname: 'x' })
  assert.equal(ruleOf(event), 'ok')
  const redacted = given(parsePdu({ ...event.pdu, content: { membership: 'join' } }, event.version, crypto).ok)
  assert.equal(redacted.eventId, event.eventId)
  assert.equal(ruleOf(redacted), 'ok')
  const forged = given(parsePdu({ ...event.pdu, content: { membership: 'ban' } }, event.version, crypto).ok)
  assert.equal(ruleOf(forged), 'signatures/bad alfa.se')
})

test('a missing signature, a wrong one and an unknown key have names of their own', () => {
  const event = anEvent('12', { membership: 'join' })
  assert.equal(ruleOf({ ...event, pdu: { ...event.pdu, signatures: {} } }), 'signatures/missing alfa.se')
  assert.equal(
    ruleOf(event, () => undefined),
    'signatures/key-unavailable alfa.se',
  )
  assert.equal(ruleOf(event, keys({ publicKey: otherKey.publicKey })), 'signatures/bad alfa.se')
})

test('signatures by unknown keys are skipped beside a good one, but no known key may be wrong', () => {
  const event = anEvent('12', { membership: 'join' })
  const signatures = (more: JsonObject) => {
    const ours = (event.pdu['signatures'] as JsonObject)['alfa.se'] as JsonObject
    return { ...event, pdu: { ...event.pdu, signatures: { 'alfa.se': { ...ours, ...more } } } }
  }
  assert.equal(ruleOf(signatures({ 'ed25519:policy_server': 'x', 'rsa:1': 'x' })), 'ok')
  const both = (_: string, id: KeyId) => ({ ...given(keys()(alfa, keyId)), keyId: id })
  assert.equal(ruleOf(signatures({ 'ed25519:three': 'x' }), both), 'signatures/bad alfa.se')
})

test('since version 5 a key must be valid when the event was sent; a retired key must not in any version', () => {
  const late = { validUntil: sentAt - 1 }
  assert.equal(ruleOf(anEvent('5', { membership: 'join' }), keys(late)), 'signatures/key-expired alfa.se')
  assert.equal(ruleOf(anEvent('4', { membership: 'join' }), keys(late)), 'ok')
  assert.equal(
    ruleOf(anEvent('4', { membership: 'join' }), keys({ ...late, old: true })),
    'signatures/key-expired alfa.se',
  )
  assert.equal(ruleOf(anEvent('12', { membership: 'join' }), keys({ old: true })), 'ok')
})

test('every required server must have signed: the one in the event ID, the one that vouched', () => {
  const vouched = anEvent('12', { membership: 'join', join_authorised_via_users_server: '@v:beta.se' })
  for (const event of [anEvent('1', { membership: 'join' }), vouched]) {
    assert.equal(ruleOf(event), 'signatures/missing beta.se')
    const { event: both, json } = signEvent(event, beta, otherKey)
    assert.equal(ruleOf(both), 'ok')
    assert.equal(both.eventId, event.eventId)
    assert.deepEqual(JSON.parse(json), both.pdu)
    assert.deepEqual(neededKeys(both), [
      { server: 'alfa.se', keyIds: ['ed25519:one'] },
      { server: 'beta.se', keyIds: ['ed25519:two'] },
    ])
  }
})

test('a vouching user that is no user ID makes the event unsignable', () => {
  assert.equal(ruleOf(anEvent('12', { join_authorised_via_users_server: 'x' })), 'signatures/missing alfa.se')
})
