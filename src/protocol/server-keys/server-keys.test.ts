// spec: server-server-api #retrieving-server-keys; rooms/v5 #signing-key-validity-period

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { parseServerName } from '#protocol/identifiers/identifiers.ts'
import { type Json, type JsonObject, withoutMembers } from '#protocol/json/json.ts'
import { signJson } from '#protocol/signing/signing.ts'
import {
  buildNotaryResponse,
  buildServerKeys,
  MAX_KEY_VALIDITY_MS,
  readNotaryResponse,
  readServerKeys,
} from './server-keys.ts'

const crypto = loadCrypto()
const now = 1_700_000_000_000
const hour = 3_600_000
const [one, two, retired] = [1, 2, 3].map((byte) => crypto.signingKeyFromSeed(Buffer.alloc(32, byte), `k${byte}`))
assert.ok(one !== undefined && two !== undefined && retired !== undefined)
const [alfa, notary] = [parseServerName('alfa.se'), parseServerName('notary.se')]
assert.ok(alfa !== undefined && notary !== undefined)

const published = buildServerKeys({
  serverName: alfa,
  keys: [one, two],
  oldKeys: [{ keyId: retired.keyId, publicKey: retired.publicKey, expiredTs: now - hour }],
  validUntil: now + hour,
})
const read = (json: Json) => readServerKeys(json, alfa, { now, crypto })
/** The published keys with a change, signed anew. */
const signedWith = (change: JsonObject, key = one) =>
  signJson({ ...withoutMembers(published, 'signatures'), ...change }, alfa, key)

test('what we publish is read by others: current keys until it must be refreshed, old keys until they were retired', () => {
  const { ok } = read(published)
  assert.equal(ok?.validUntil, now + hour)
  assert.deepEqual(
    [...(ok?.keys.values() ?? [])].map(({ keyId, publicKey, validUntil, old }) => [keyId, publicKey, validUntil, old]),
    [
      [retired.keyId, retired.publicKey, now - hour, true],
      [one.keyId, one.publicKey, now + hour, false],
      [two.keyId, two.publicKey, now + hour, false],
    ],
  )
  assert.deepEqual(Object.keys((published['signatures'] as JsonObject)['alfa.se'] as JsonObject), [
    one.keyId,
    two.keyId,
  ])
})

test('a validity of more than 7 days is cut to 7 days', () => {
  const { ok } = read(signedWith({ valid_until_ts: now + 100 * MAX_KEY_VALIDITY_MS }))
  assert.equal(ok?.validUntil, now + MAX_KEY_VALIDITY_MS)
  assert.ok([...(ok?.keys.values() ?? [])].every(({ validUntil }) => validUntil <= now + MAX_KEY_VALIDITY_MS))
})

test('a key that is current is not made old by the same answer', () => {
  const { ok } = read(signedWith({ old_verify_keys: { [one.keyId]: { key: one.publicKey, expired_ts: 1 } } }))
  assert.equal([...(ok?.keys.values() ?? [])].find(({ keyId }) => keyId === one.keyId)?.old, false)
})

test('keys of unknown algorithms are skipped', () => {
  const verify_keys = { ...(published['verify_keys'] as JsonObject), 'dilithium:1': { key: 'x' } }
  assert.equal(read(signedWith({ verify_keys })).ok?.keys.size, 3)
})

test('keys of another server, unsigned, wrongly signed or malformed keys are refused by name', () => {
  const many = Object.fromEntries(
    Array.from({ length: 201 }, (_, index) => [`ed25519:a${index}`, { key: one.publicKey }]),
  )
  const cases: [Json, string][] = [
    [[], 'server-keys/not-an-object'],
    [signedWith({ server_name: 'beta.se' }), 'server-keys/other-server'],
    [signedWith({ valid_until_ts: 'x' }), 'server-keys/validity'],
    [signedWith({ verify_keys: [] }), 'server-keys/keys'],
    [signedWith({ verify_keys: { [one.keyId]: { key: 'short' } } }), 'server-keys/keys'],
    [signedWith({ verify_keys: { ...many, [one.keyId]: { key: one.publicKey } } }), 'server-keys/keys'],
    [signedWith({ old_verify_keys: { 'ed25519:a': { key: one.publicKey } } }), 'server-keys/keys'],
    [withoutMembers(published, 'signatures'), 'server-keys/signature'],
    [{ ...published, valid_until_ts: now + 1 }, 'server-keys/signature'],
    [signedWith({}, retired), 'server-keys/signature'],
    [signJson(withoutMembers(published, 'signatures'), notary, one), 'server-keys/signature'],
    [signJson({ ...published, extra: 1 }, alfa, one), 'server-keys/signature'],
  ]
  for (const [json, rule] of cases) assert.equal(read(json).refused?.rule, rule)
})

const notaryKey = crypto.signingKeyFromSeed(Buffer.alloc(32, 9), 'n')
const notaryAnswer = readServerKeys(
  buildServerKeys({ serverName: notary, keys: [notaryKey], oldKeys: [], validUntil: now + hour }),
  notary,
  { now, crypto },
)
assert.ok(notaryAnswer.ok !== undefined)
const parts = { now, crypto, notary, notaryKeys: notaryAnswer.ok.keys }

test('a notary vouches with a signature of its own, beside that of the server', () => {
  const response = buildNotaryResponse([published], notary, notaryKey)
  const [answer, ...more] = readNotaryResponse({ server_keys: [...response.server_keys] }, parts)
  assert.equal(more.length, 0)
  assert.equal(answer?.serverName, 'alfa.se')
  assert.equal(answer?.keys.size, 3)
})

test('what the notary did not sign, or the server did not, is left out, and the rest is read', () => {
  const good = signJson(published, notary, notaryKey)
  const server_keys = [
    published,
    signJson(published, notary, one),
    signJson(withoutMembers(published, 'signatures'), notary, notaryKey),
    { ...good, valid_until_ts: 1 },
    null,
    good,
  ]
  assert.equal(readNotaryResponse({ server_keys }, parts).length, 1)
  assert.equal(readNotaryResponse({ server_keys: [good] }, { ...parts, now: now + 2 * hour }).length, 0)
  const others: Json[] = [null, [], {}, { server_keys: {} }]
  for (const json of others) assert.equal(readNotaryResponse(json, parts).length, 0)
})

test('no JSON makes the readers throw', () => {
  const change = fc.dictionary(
    fc.constantFrom('verify_keys', 'old_verify_keys', 'signatures', 'valid_until_ts', '__proto__'),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.oneof(change, fc.jsonValue()), (value) => {
      read({ ...published, ...(value as JsonObject) })
      readNotaryResponse(value as Json, parts)
      readNotaryResponse({ server_keys: [value as Json] }, parts)
    }),
  )
})
