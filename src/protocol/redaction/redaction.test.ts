// spec: rooms/v1, v6, v8, v9, v11 #redactions

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '#protocol/json/json.ts'
import { type RoomVersionId, roomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { redactPdu } from './redaction.ts'

interface Case {
  readonly name: string
  readonly versions: readonly RoomVersionId[]
  readonly pdu: JsonObject
  readonly redacted: JsonObject
}

const file = new URL('../../../vectors/redaction/edges.json', import.meta.url)
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8')).cases

for (const { name, versions, pdu, redacted } of cases) {
  test(`redaction: ${name}`, () => {
    for (const id of versions) assert.deepEqual(redactPdu(pdu, roomVersion(id)), redacted, `room version ${id}`)
  })
}

const types = [
  'm.room.member',
  'm.room.create',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.redaction',
  'm.room.aliases',
  'x',
]
const keys = [
  'membership',
  'third_party_invite',
  'signed',
  'creator',
  'users',
  'invite',
  'allow',
  'redacts',
  '__proto__',
  'constructor',
  'x',
]
const content = fc.dictionary(
  fc.constantFrom(...keys),
  fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant({ signed: { token: 't' }, x: 1 })),
)
const pdus = fc.record(
  {
    type: fc.oneof(fc.constantFrom(...types), fc.jsonValue({ maxDepth: 1 })),
    content: fc.oneof(content, fc.jsonValue({ maxDepth: 1 })),
    unsigned: fc.jsonValue(),
    origin: fc.jsonValue(),
    sender: fc.string(),
  },
  { requiredKeys: [] },
)

test('redacting twice is redacting once, in every room version, and the argument stays as it is', () => {
  fc.assert(
    fc.property(pdus, (value) => {
      const pdu = value as JsonObject
      const before = JSON.stringify(pdu)
      for (const version of roomVersions) {
        const once = redactPdu(pdu, version)
        assert.deepEqual(redactPdu(once, version), once)
        assert.equal(Object.hasOwn(once, 'unsigned'), false)
      }
      assert.equal(JSON.stringify(pdu), before)
    }),
  )
})
