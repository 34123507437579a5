// spec: appendices #identifier-grammar

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addressOf,
  createEventIdOf,
  formatMxcUri,
  isCompliantUserId,
  isEventIdOfFormat,
  isNamespacedId,
  isOpaqueId,
  isValidNewLocalpart,
  localpartOf,
  parseDeviceId,
  parseEventId,
  parseKeyId,
  parseMxcUri,
  parseRoomAlias,
  parseRoomId,
  parseServerName,
  parseUserId,
  roomIdFromCreate,
  serverNameOf,
  serverOfAlias,
  serverOfEventId,
  serverOfRoomId,
  userIdOf,
} from './identifiers.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly valid: boolean
}

const parsers: { readonly [kind: string]: (text: string) => unknown } = {
  'server-name': parseServerName,
  'user-id': parseUserId,
  'room-id': parseRoomId,
  'event-id': parseEventId,
  'room-alias': parseRoomAlias,
  'mxc-uri': parseMxcUri,
}

for (const [kind, parse] of Object.entries(parsers)) {
  const file = new URL(`../../../vectors/identifiers/${kind}.json`, import.meta.url)
  const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8')).cases
  for (const { name, text, valid } of cases) {
    test(`${kind}, ${name}`, () => assert.equal(parse(text) !== undefined, valid))
  }
  test(`${kind}: no text makes the parser throw`, () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parse(text)))
  })
}

/** An identifier that must be there. */
function given<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined)
  return value
}

test('a user ID is split at its first colon: the port belongs to the server', () => {
  const user = given(parseUserId('@alice:[::1]:8448'))
  assert.equal(serverNameOf(user), '[::1]:8448')
  assert.equal(localpartOf(user), 'alice')
  assert.deepEqual(addressOf(serverNameOf(user)), { kind: 'ipv6', host: '::1', port: 8448 })
})

test('a server name tells its kind, host and port', () => {
  assert.deepEqual(addressOf(given(parseServerName('1.2.3.4'))), { kind: 'ipv4', host: '1.2.3.4', port: undefined })
  assert.deepEqual(addressOf(given(parseServerName('a.se:1'))), { kind: 'dns', host: 'a.se', port: 1 })
})

test('a room ID since version 12 has no server and implies its create event', () => {
  const room = given(parseRoomId('!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM'))
  assert.equal(serverOfRoomId(room), undefined)
  const create = given(createEventIdOf(room))
  assert.equal(create, '$31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM')
  assert.equal(roomIdFromCreate(create), room)
})

test('a room ID until version 11 has a server and implies no event', () => {
  const room = given(parseRoomId('!r:a.se:80'))
  assert.equal(serverOfRoomId(room), 'a.se:80')
  assert.equal(createEventIdOf(room), undefined)
})

test('an event ID has a server in versions 1 and 2 only', () => {
  assert.equal(serverOfEventId(given(parseEventId('$x:a.se'))), 'a.se')
  assert.equal(serverOfEventId(given(parseEventId('$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg'))), undefined)
})

test('an event ID has the alphabet of its room version', () => {
  const [standard, urlSafe] = [
    '$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk',
    '$Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg',
  ]
  assert.deepEqual(
    (['field', 'hash', 'hash-url-safe'] as const).map((format) => [
      isEventIdOfFormat(standard, format),
      isEventIdOfFormat(urlSafe, format),
      isEventIdOfFormat('$x:a.se', format),
    ]),
    [
      [false, false, true],
      [true, false, false],
      [false, true, false],
    ],
  )
})

test('new localparts are lower case ASCII; historical ones are accepted but not compliant', () => {
  for (const text of ['alice', 'a.b_c=d-e/f+9']) assert.ok(isValidNewLocalpart(text))
  for (const text of ['', 'Alice', 'å', 'a b', 'a:b', 'a\n']) assert.ok(!isValidNewLocalpart(text))
  assert.ok(isCompliantUserId(given(parseUserId('@Alice!:x'))))
  for (const text of ['@:x', '@å:x', '@a b:x']) assert.ok(!isCompliantUserId(given(parseUserId(text))))
})

test('a new user ID counts all its bytes', () => {
  const server = given(parseServerName('example.org'))
  assert.equal(userIdOf('a'.repeat(242), server)?.length, 255)
  assert.equal(userIdOf('a'.repeat(243), server), undefined)
  assert.equal(userIdOf('Alice', server), undefined)
})

test('opaque, namespaced, device and key IDs keep their grammars', () => {
  assert.ok(isOpaqueId('A-z0._~'))
  for (const text of ['', 'a/b', 'å', 'a'.repeat(256)]) assert.ok(!isOpaqueId(text))
  assert.ok(isNamespacedId('se.samband.rule'))
  for (const text of ['', '1a', 'Se', 'a b', 'a'.repeat(256)]) assert.ok(!isNamespacedId(text))
  assert.equal(parseDeviceId('abc+/='), 'abc+/=')
  for (const text of ['', 'a\0', '\ud800', 'a'.repeat(256)]) assert.equal(parseDeviceId(text), undefined)
  assert.equal(parseKeyId('ed25519:a_1'), 'ed25519:a_1')
  for (const text of ['ed25519:', 'ed25519:a-b', 'curve25519:a', 'ed25519']) assert.equal(parseKeyId(text), undefined)
})

test('an alias names its server, and a content address is written as it is read', () => {
  assert.equal(serverOfAlias(given(parseRoomAlias('#rum:a.se:80'))), 'a.se:80')
  assert.equal(formatMxcUri(given(parseMxcUri('mxc://[::1]:80/a_-'))), 'mxc://[::1]:80/a_-')
})
