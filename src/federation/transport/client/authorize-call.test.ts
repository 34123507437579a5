import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { canonicalJson, type Json } from '#protocol/json/json.ts'
import { parseXMatrix, requestToSign, verifyRequest } from '#protocol/request-authentication/request-authentication.ts'
import { authorizeCall, callToSign } from './authorize-call.ts'
import { path, targetOf } from './request-target.ts'

const named = (text: string): ServerName => parseServerName(text) ?? assert.fail(text)
const [origin, destination] = [named('alfa.se'), named('beta.se:8448')]
const crypto = loadCrypto()

const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

test('the text that is signed is the one that the receiver makes of the parsed request', () => {
  fc.assert(
    fc.property(fc.option(json, { nil: undefined }), fc.webPath(), (content, uri) => {
      const canonical = content === undefined ? undefined : canonicalJson(content)
      const ours = callToSign(origin, { method: 'PUT', uri, destination, content: canonical })
      assert.equal(ours, requestToSign({ method: 'PUT', uri, origin, destination, content }))
    }),
  )
})

test('the header is one that verifies', () => {
  const key = crypto.signingKeyFromSeed(new Uint8Array(32).fill(7), 'a')
  const header = authorizeCall(origin, key)({ method: 'PUT', uri: '/x', destination, content: '{"a":1}' })
  const parsed = parseXMatrix(header) ?? assert.fail(header)
  const request = { method: 'PUT', uri: '/x', origin, destination, content: { a: 1 } }
  assert.equal(verifyRequest(parsed, request, key.publicKey, crypto), true)
  assert.equal(verifyRequest(parsed, { ...request, uri: '/y' }, key.publicKey, crypto), false)
})

test('parameters of path and query are encoded once, and undefined ones left out', () => {
  assert.equal(path`/v1/event/${'$a/b?c#d%25'}/${'@ö:x.se'}`, '/v1/event/%24a%2Fb%3Fc%23d%2525/%40%C3%B6%3Ax.se')
  const query = [
    ['v', '$1'],
    ['v', '$2&x'],
    ['limit', 5],
    ['no', undefined],
    ['yes', false],
  ] as const
  assert.equal(targetOf('/p', query), '/p?v=%241&v=%242%26x&limit=5&yes=false')
  assert.equal(targetOf('/p'), '/p')
})
