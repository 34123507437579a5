// spec: server-server-api #signing-events; appendices #event-signing; rooms/v3, v4, v12

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { parseServerName } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion } from '#protocol/room-versions/room-versions.ts'
import {
  contentHash,
  essentialJson,
  eventFromStored,
  eventIdOf,
  hashAndSign,
  parsePdu,
  redactEvent,
  referenceHash,
  roomIdOfCreate,
  verifyContentHash,
} from './events.ts'

interface Case {
  readonly name: string
  readonly roomVersion: RoomVersionId
  readonly seed: string
  readonly serverName: string
  readonly keyVersion: string
  readonly event: JsonObject
  readonly signed: JsonObject & { readonly hashes: { readonly sha256: string } }
  readonly eventId: string
  readonly referenceHash: string
  readonly redacted: JsonObject
}

const casesIn = (path: string): readonly Case[] =>
  JSON.parse(readFileSync(new URL(`../../../vectors/${path}`, import.meta.url), 'utf8')).cases

const crypto = loadCrypto()
const keyOf = ({ seed, keyVersion }: Case) => crypto.signingKeyFromSeed(Buffer.from(seed, 'base64'), keyVersion)

for (const example of casesIn('signatures/events.json')) {
  test(`the specification's example: ${example.name}`, () => {
    const version = roomVersion(example.roomVersion)
    assert.equal(contentHash(example.event, version, crypto), example.signed.hashes.sha256)
    const key = keyOf(example)
    const signature = key.sign(essentialJson({ ...example.event, hashes: example.signed.hashes }, version))
    assert.deepEqual({ [example.serverName]: { [key.keyId]: signature } }, example.signed['signatures'])
  })
}

for (const example of casesIn('hashes/events.json')) {
  test(`${example.name}: hashes, signature, ID and redacted form are those of another program`, () => {
    const version = roomVersion(example.roomVersion)
    const serverName = parseServerName(example.serverName)
    assert.ok(serverName !== undefined)
    const built = hashAndSign(example.event, { version, serverName, crypto, signingKey: keyOf(example) })
    assert.deepEqual(JSON.parse(built.json), example.signed)
    assert.equal(built.event.eventId, example.eventId)
    assert.equal(eventIdOf(example.signed, version, crypto), example.eventId)
    assert.equal(referenceHash(example.signed, version, crypto), example.referenceHash)
    assert.deepEqual(redactEvent(built.event).pdu, example.redacted)

    const read = parsePdu(example.signed, version, crypto)
    assert.equal(read.refused, undefined)
    assert.equal(read.contentHashMatches, true)
    assert.equal(read.json, built.json)
    assert.deepEqual(read.ok, built.event)
    assert.deepEqual(eventFromStored(built.json, version, built.event.eventId), built.event)
  })

  test(`${example.name}: a redacted copy has the same ID, but not the content hash`, () => {
    const version = roomVersion(example.roomVersion)
    const read = parsePdu(example.redacted, version, crypto)
    assert.equal(read.ok?.eventId, example.eventId)
    const unchanged = JSON.stringify(example.redacted) === JSON.stringify(example.signed)
    assert.equal(verifyContentHash(example.redacted, version, crypto), unchanged)
  })
}

test('since v12 the create event implies the ID of its room', () => {
  const create = casesIn('hashes/events.json').find(({ name }) => name === 'a create event in room version 12')
  assert.ok(create !== undefined)
  const roomId = roomIdOfCreate(create.signed, roomVersion('12'), crypto)
  assert.equal(roomId, `!${create.eventId.slice(1)}`)
  assert.equal(parsePdu(create.signed, roomVersion('12'), crypto).ok?.roomId, roomId)
})

test('a content hash may be padded, and the bits of its last character that carry nothing do not count', () => {
  const [example] = casesIn('hashes/events.json')
  assert.ok(example !== undefined)
  const { sha256 } = example.signed.hashes
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const last = alphabet.indexOf(sha256.slice(-1))
  const matches = (hash: string) =>
    verifyContentHash({ ...example.signed, hashes: { sha256: hash } }, roomVersion('1'), crypto)
  assert.ok(matches(`${sha256}=`))
  assert.ok(matches(`${sha256.slice(0, -1)}${alphabet[last | 3]}`))
  assert.ok(!matches(`${sha256.slice(0, -1)}${alphabet[last ^ 4]}`))
  assert.ok(!matches(sha256.slice(0, -1)))
  assert.ok(!matches(''))
})
