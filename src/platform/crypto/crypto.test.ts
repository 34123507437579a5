// spec: appendices #signing-details, #unpadded-base64

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64, encodeBase64, generateSigningKey, loadCrypto, signingKeyFromSeed } from './crypto.ts'

const [sodium, node] = [loadCrypto('sodium'), loadCrypto('node')]
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
const message = fc.string({ unit: 'binary' })

test('both implementations make the same keys and signatures, and verify what the other signed', () => {
  fc.assert(
    fc.property(seeds, message, (seed, text) => {
      const [one, other] = [sodium.signingKeyFromSeed(seed, '1'), node.signingKeyFromSeed(seed, '1')]
      assert.equal(one.publicKey, other.publicKey)
      assert.equal(one.sign(text), other.sign(text))
      assert.ok(sodium.verify(other.publicKey, other.sign(text), text))
      assert.ok(node.verify(one.publicKey, one.sign(text), text))
    }),
  )
})

test('both refuse a signature of another text, another key, or with a bit changed', () => {
  fc.assert(
    fc.property(seeds, message, fc.nat(511), (seed, text, bit) => {
      const key = sodium.signingKeyFromSeed(seed, '1')
      const signature = key.sign(text)
      const bytes = Buffer.from(signature, 'base64')
      bytes.writeUInt8((bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3)
      const stranger = sodium.signingKeyFromSeed(createHash('sha256').update(seed).digest(), '1')
      for (const crypto of [sodium, node]) {
        assert.ok(!crypto.verify(key.publicKey, signature, `${text}.`))
        assert.ok(!crypto.verify(stranger.publicKey, signature, text))
        assert.ok(!crypto.verify(key.publicKey, encodeBase64(bytes), text))
      }
    }),
  )
})

test('malformed keys and signatures are wrong, never an exception', () => {
  const key = sodium.signingKeyFromSeed(Buffer.alloc(32, 1), '1')
  const signature = key.sign('x')
  const wrong = ['', 'x', '*'.repeat(43), 'A'.repeat(42), 'A'.repeat(1_000_000), `${'_'.repeat(42)}E`]
  for (const crypto of [sodium, node]) {
    for (const text of wrong) {
      assert.equal(crypto.verify(text, signature, 'x'), false)
      assert.equal(crypto.verify(key.publicKey, text, 'x'), false)
    }
    fc.assert(fc.property(seeds, (bytes) => void crypto.verify(encodeBase64(bytes), signature, 'x')))
    assert.ok(crypto.verify(`${key.publicKey}=`, `${signature}==`, 'x'), 'padding is accepted')
  }
})

test('hashes are those of SHA-256, unpadded, in both alphabets', () => {
  fc.assert(
    fc.property(message, (text) => {
      const digest = createHash('sha256').update(text, 'utf8').digest()
      assert.equal(sodium.sha256(text), digest.toString('base64').replace(/=/g, ''))
      assert.equal(sodium.sha256UrlSafe(text), digest.toString('base64url'))
    }),
  )
})

test('unpadded base64 gives bytes back, of the asked number only', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = encodeBase64(bytes)
      assert.ok(!text.includes('='))
      assert.deepEqual(decodeBase64(text, bytes.length), Buffer.from(bytes))
      assert.equal(decodeBase64(text, bytes.length + 1), undefined)
    }),
  )
  assert.deepEqual(
    ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => encodeBase64(Buffer.from(text))),
    ['', 'Zg', 'Zm8', 'Zm9v', 'Zm9vYg', 'Zm9vYmE', 'Zm9vYmFy'],
  )
})

test('a new key is its seed and its version', () => {
  const { seed, key } = generateSigningKey('a_1', (bytes) => Buffer.alloc(bytes, 9))
  assert.equal(key.keyId, 'ed25519:a_1')
  assert.equal(key.publicKey, signingKeyFromSeed(seed, 'b').publicKey)
  assert.notEqual(generateSigningKey('1').key.publicKey, generateSigningKey('1').key.publicKey)
  assert.throws(() => signingKeyFromSeed(seed, 'a-1'), RangeError)
  assert.throws(() => signingKeyFromSeed(Buffer.alloc(31), 'a'), RangeError)
})
