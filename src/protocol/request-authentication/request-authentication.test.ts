// spec: server-server-api #request-authentication; RFC 9110 §11.4

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { parseServerName } from '#protocol/identifiers/identifiers.ts'
import { parseJson } from '#protocol/json/json.ts'
import { formatXMatrix, parseXMatrix, requestToSign, signRequest, verifyRequest } from './request-authentication.ts'

const crypto = loadCrypto()
const key = crypto.signingKeyFromSeed(Buffer.alloc(32, 1), 'key1')
const [origin, destination] = [parseServerName('origin.hs.example.com'), parseServerName('[::1]:8448')]
assert.ok(origin !== undefined && destination !== undefined)

const plain = { origin: 'origin.se', destination: 'dest.se:8448', key: 'ed25519:key1', sig: 'ABC+/DEF' }

test('the form of the specification is read, and every form that it tells receivers to tolerate', () => {
  const forms = [
    'X-Matrix origin="origin.se",destination="dest.se:8448",key="ed25519:key1",sig="ABC+/DEF"',
    'x-matrix origin="origin.se",destination="dest.se:8448",key="ed25519:key1",sig="ABC+/DEF"',
    'X-Matrix    origin="origin.se",destination="dest.se:8448",key="ed25519:key1",sig="ABC+/DEF"',
    'X-Matrix ORIGIN="origin.se",Destination="dest.se:8448",KEY="ed25519:key1",Sig="ABC+/DEF"',
    'X-Matrix sig="ABC+/DEF" ,\t key="ed25519:key1"\t, destination="dest.se:8448" , origin="origin.se"  ',
    'X-Matrix origin=origin.se,destination=dest.se:8448,key=ed25519:key1,sig="ABC+/DEF"',
    'X-Matrix origin=origin.se,destination=dest.se:8448,key=ed25519:key1,sig=ABC+/DEF',
    'X-Matrix origin="o\\rigin.se",destination="dest.se\\:8448",key="ed25519:key1",sig="ABC+/DE\\F"',
    'X-Matrix origin = "origin.se", destination= "dest.se:8448", key ="ed25519:key1", sig="ABC+/DEF"',
    'X-Matrix ,origin="origin.se",, destination="dest.se:8448", key="ed25519:key1",sig="ABC+/DEF",',
    'X-Matrix origin="origin.se",destination="dest.se:8448",key="ed25519:key1",sig="ABC+/DEF",new="a,b=\\"c\\"",x=y',
  ]
  for (const form of forms) assert.deepEqual(parseXMatrix(form), plain, form)
})

test('a header without a destination is read: older servers send none', () => {
  assert.deepEqual(parseXMatrix('X-Matrix origin=a.se,key="ed25519:1",sig="x"'), {
    origin: 'a.se',
    destination: undefined,
    key: 'ed25519:1',
    sig: 'x',
  })
})

test('what is no such header, or is ambiguous, is refused', () => {
  const forms = [
    '',
    'X-Matrix',
    'X-Matrix ',
    'Bearer abc',
    'X-Matrixorigin=a.se,key="ed25519:1",sig="x"',
    'X-Matrix\torigin=a.se,key="ed25519:1",sig="x"',
    'X-Matrix origin=a.se,key="ed25519:1"',
    'X-Matrix origin=a.se,sig="x"',
    'X-Matrix key="ed25519:1",sig="x"',
    'X-Matrix origin=a.se,origin=b.se,key="ed25519:1",sig="x"',
    'X-Matrix origin=a.se,Origin=a.se,key="ed25519:1",sig="x"',
    'X-Matrix origin="a.se,key="ed25519:1",sig="x"',
    'X-Matrix origin="a.se"key="ed25519:1",sig="x"',
    'X-Matrix origin=a.se;key="ed25519:1";sig="x"',
    'X-Matrix origin=a_b,key="ed25519:1",sig="x"',
    'X-Matrix origin=a.se,destination="",key="ed25519:1",sig="x"',
    'X-Matrix origin=a.se,key="rsa:1",sig="x"',
    'X-Matrix origin=a.se,key="ed25519:1",sig="x\\',
    'X-Matrix origin=a.se,key="ed25519:1",sig="x\n"',
    `X-Matrix origin=a.se,key="ed25519:1",sig="x",more="${'a'.repeat(5000)}"`,
  ]
  for (const form of forms) assert.equal(parseXMatrix(form), undefined, form)
})

test('what we write is read, and the request that was signed is the request that verifies', () => {
  const request = {
    method: 'PUT',
    uri: '/_matrix/federation/v1/send/1?a=%20b',
    origin,
    destination,
    content: { pdus: [] },
  }
  const text = signRequest(request, key)
  const header = parseXMatrix(text)
  assert.ok(header !== undefined)
  assert.equal(formatXMatrix(header), text)
  assert.match(text, /^X-Matrix origin="[^"\\ ]+",destination="[^"\\ ]+",key="ed25519:key1",sig="[A-Za-z0-9+/]{86}"$/)

  const verify = (change: object) => verifyRequest(header, { ...request, ...change }, key.publicKey, crypto)
  assert.ok(verify({}))
  const changes = [
    { method: 'POST' },
    { uri: '/_matrix/federation/v1/send/1?a= b' },
    { origin: destination },
    { destination: origin },
    { content: undefined },
    { content: { pdus: [1] } },
    { content: { a: '\ud800' } },
  ]
  for (const change of changes) assert.ok(!verify(change), JSON.stringify(change))
})

test('content is signed as its canonical JSON, whatever its form on the wire, numbers included', () => {
  const request = { method: 'GET', uri: '/', origin, destination }
  assert.equal(
    requestToSign({
      ...request,
      content: parseJson('{ "b": 1.0, "a": 12345678901234567890 }', { numbers: 'faithful' }).ok,
    }),
    '{"content":{"a":12345678901234567890,"b":1.0},"destination":"[::1]:8448","method":"GET","origin":"origin.hs.example.com","uri":"/"}',
  )
  assert.ok(!requestToSign(request).includes('content'))
  assert.ok(requestToSign({ ...request, content: null }).includes('"content":null'))
})

test('no header makes the parser throw, and long ones are read in time that grows with their length', () => {
  const parts = fc.constantFrom(
    'origin',
    '=',
    '"',
    '\\',
    ',',
    ' ',
    '\t',
    'a.se',
    'key',
    'sig',
    'ed25519:1',
    '\u0000',
    'å',
    'X-Matrix ',
  )
  fc.assert(fc.property(fc.array(parts, { maxLength: 40 }), (texts) => void parseXMatrix(`X-Matrix ${texts.join('')}`)))
  for (const text of ['\t ', ',', '\\"', 'a=', '"']) parseXMatrix(`X-Matrix a="${text.repeat(1900 / text.length)}`)
})
