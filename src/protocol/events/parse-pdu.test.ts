// spec: rooms/ (event format); client-server-api #size-limits

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadCrypto } from '#platform/crypto/crypto.ts'
import { canonicalJson, isObject, type Json, type JsonObject, parseJson } from '#protocol/json/json.ts'
import { type RoomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { eventFromStored, parsePdu } from './events.ts'

const crypto = loadCrypto()
const hash = (letter: string) => `${letter.repeat(42)}E`

function wellFormed(version: RoomVersion): JsonObject {
  const named = version.eventIdFormat === 'field'
  return {
    type: 'm.room.topic',
    state_key: '',
    sender: '@u:d',
    room_id: version.roomIdIsCreateHash ? `!${hash('R')}` : '!r:d',
    ...(named ? { event_id: '$e:d' } : {}),
    content: { topic: 'x' },
    origin_server_ts: 1,
    depth: 2,
    prev_events: named ? [['$p:d', { sha256: 'x' }]] : [`$${hash('P')}`],
    auth_events: named ? [['$a:d', {}]] : [`$${hash('A')}`],
    hashes: { sha256: 'x' },
    signatures: { d: { 'ed25519:1': 'x' } },
  }
}

/** The vectors hold numbers that JSON.parse would change. */
function read(text: string, numbers: 'faithful' | 'any'): JsonObject {
  const { ok } = parseJson(text, { numbers })
  assert.ok(isObject(ok))
  return ok
}

const text = readFileSync(new URL('../../../vectors/events/format.json', import.meta.url), 'utf8')

for (const entry of read(text, 'faithful')['cases'] as JsonObject[]) {
  test(`format: ${entry['name']}`, () => {
    for (const id of entry['versions'] as string[]) {
      const version = roomVersions.find((candidate) => candidate.id === id)
      assert.ok(version !== undefined)
      const { '-': missing, ...change } = entry['change'] as JsonObject
      const pdu = { ...wellFormed(version), ...change }
      for (const name of (missing ?? []) as string[]) delete pdu[name]
      const parsed = parsePdu(pdu, version, crypto)
      assert.equal(parsed.refused?.rule ?? null, entry['refused'], `room version ${id}`)
    }
  })
}

test('what is stored is read back as the same event, large numbers included', () => {
  for (const version of roomVersions) {
    const wide = version.strictCanonicalJson
      ? ''
      : ',"content":{"a":12345678901234567890,"b":50.0},"depth":9223372036854775807'
    const change = read(`{"x":1${wide}}`, 'faithful')
    const parsed = parsePdu({ ...wellFormed(version), ...change }, version, crypto)
    assert.ok(parsed.ok !== undefined)
    const stored = eventFromStored(parsed.json, version, parsed.ok.eventId)
    assert.deepEqual(stored, parsed.ok)
    assert.equal(canonicalJson(stored.pdu, 'faithful'), parsed.json)
    assert.ok(Number.isSafeInteger(stored.depth))
  }
})

test('unsigned is dropped, for whoever carried the event could have written it', () => {
  for (const version of roomVersions) {
    const parsed = parsePdu({ ...wellFormed(version), unsigned: { redacted_because: {} } }, version, crypto)
    assert.ok(parsed.ok !== undefined)
    assert.equal(Object.hasOwn(parsed.ok.pdu, 'unsigned'), false)
    assert.ok(!parsed.json.includes('unsigned'))
  }
})

test('redacts is read where the room version keeps it, and only of a redaction', () => {
  for (const version of roomVersions) {
    const id = version.eventIdFormat === 'field' ? '$x:d' : `$${hash('X')}`
    const named: JsonObject = version.redactsInContent ? { content: { redacts: id } } : { redacts: id }
    const misplaced: JsonObject = version.redactsInContent ? { redacts: id } : { content: { redacts: id } }
    const redactsOf = (change: JsonObject) =>
      parsePdu({ ...wellFormed(version), ...change }, version, crypto).ok?.redacts
    assert.equal(redactsOf({ type: 'm.room.redaction', ...named }), id)
    assert.equal(redactsOf({ type: 'm.room.redaction', ...misplaced }), undefined)
    assert.equal(redactsOf(named), undefined)
  }
})

test('an event of exactly 65,536 bytes is read, one byte more is not', () => {
  for (const version of roomVersions) {
    const sized = (length: number) => ({ ...wellFormed(version), content: { body: 'a'.repeat(length) } })
    const bare = parsePdu(sized(0), version, crypto)
    assert.ok(bare.ok !== undefined)
    const room = 65_536 - Buffer.byteLength(bare.json)
    assert.equal(parsePdu(sized(room), version, crypto).refused, undefined)
    assert.equal(parsePdu(sized(room + 1), version, crypto).refused?.rule, 'format/too-large')
  }
})

const names = Object.keys(wellFormed(roomVersions[0] as RoomVersion))
const changes = fc.dictionary(
  fc.oneof(fc.constantFrom(...names, '__proto__', 'redacts', 'unsigned'), fc.string()),
  fc.jsonValue(),
)

test('no JSON makes the parser throw, and what it accepts is stored and read back as the same', () => {
  fc.assert(
    fc.property(fc.oneof(changes, fc.jsonValue()), fc.constantFrom(...roomVersions), (change, version) => {
      const pdu = (isObject(change) ? { ...wellFormed(version), ...change } : change) as Json
      const parsed = parsePdu(pdu, version, crypto)
      if (parsed.ok === undefined) return
      const again = parsePdu(parseJson(parsed.json, { numbers: 'faithful' }).ok as Json, version, crypto)
      assert.ok(again.ok !== undefined)
      assert.equal(again.ok.eventId, parsed.ok.eventId)
      assert.equal(again.json, parsed.json)
    }),
  )
})
