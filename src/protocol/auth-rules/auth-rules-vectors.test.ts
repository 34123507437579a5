// The authorization rules against the vectors, and the vectors against the rules: every refusal has a case.
// spec: rooms/v1 to v12 #authorization-rules

import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { RoomEvent } from '#protocol/events/events.ts'
import type { RoomId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import { alice, aRoom, type TestDraft, type TestRoom } from '#protocol/room-for-tests/room-for-tests.ts'
import { type RoomVersion, roomVersions } from '#protocol/room-versions/room-versions.ts'
import { authorize, type SignatureCheck } from './auth-rules.ts'

interface VectorEvent {
  readonly type: string
  readonly state_key?: string
  readonly sender: string
  readonly content: JsonObject
  /** `create` stands for the ID of the create event. */
  readonly prev_events?: 'create' | readonly string[]
  readonly event_id?: string
  readonly room_id?: string
  readonly redacts?: string
}
interface VectorCase {
  readonly name: string
  readonly spec: string
  readonly versions: string
  readonly create?: JsonObject
  readonly state: readonly (readonly [string, string | null, string, JsonObject])[]
  readonly event: VectorEvent
  readonly verdict: string
}

const file = new URL('../../../vectors/auth-rules/verdicts.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly cases: readonly VectorCase[] }

const crypto: SignatureCheck = {
  verify(publicKey, signature, message) {
    const x = Buffer.from(publicKey, 'base64')
    if (x.length !== 32) return false
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') }, format: 'jwk' })
    return verify(null, Buffer.from(message), key, Buffer.from(signature, 'base64'))
  },
}

for (const vector of cases) {
  test(`${vector.verdict}: ${vector.name} (${vector.versions})`, () => {
    for (const version of versionsOf(vector.versions)) {
      const room = roomOf(vector, version)
      const verdict = authorize(eventOf(vector.event, room), { state: room, crypto })
      const outcome = verdict.allowed ? 'allow' : verdict.rule
      assert.equal(outcome, vector.verdict, `room version ${version.id}, ${vector.spec}`)
    }
  })
}

test('every refusal of the rules against a state has a vector', () => {
  const named = new Set(cases.map((vector) => vector.verdict))
  // These need an event to name its auth events, or a redaction its target: see the tests of those.
  const elsewhere = ['own-auth-events.ts']
  const folder = new URL('.', import.meta.url)
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.test.ts') && !elsewhere.includes(name))
  const rules = sources.flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    return [...text.matchAll(/'([a-z-]+\/[a-z-]+)'/g)].map((match) => match[1] ?? '')
  })
  assert.ok(rules.length > 50)
  const handlingRedactions = ['redaction/other-room', 'redaction/other-event']
  const missing = rules.filter((rule) => !named.has(rule) && !handlingRedactions.includes(rule))
  assert.deepEqual(missing, [])
})

test('every refusal says what to do next, in sentences', () => {
  for (const vector of cases) {
    const [version] = versionsOf(vector.versions)
    assert.ok(version)
    const room = roomOf(vector, version)
    const verdict = authorize(eventOf(vector.event, room), { state: room, crypto })
    if (!verdict.allowed) assert.match(verdict.message, /^[A-Z].+\.$/, verdict.rule)
  }
})

function versionsOf(range: string): readonly RoomVersion[] {
  const [first, last = first] = range.split('-').map(Number)
  return roomVersions.filter((version) => Number(version.id) >= Number(first) && Number(version.id) <= Number(last))
}

function roomOf(vector: VectorCase, version: RoomVersion): TestRoom {
  const drafts = vector.state.map(([type, stateKey, sender, content]) => ({
    type,
    sender,
    content,
    ...(stateKey === null ? {} : { stateKey }),
  }))
  return aRoom(version)
    .createdBy(alice, vector.create)
    .with(...drafts)
}

function eventOf(wire: VectorEvent, room: TestRoom): RoomEvent {
  const create = room.events[0]
  assert.ok(create)
  const prevEvents = [wire.prev_events ?? []].flat().map((id) => (id === 'create' ? create.eventId : id))
  const draft: TestDraft = {
    type: wire.type,
    sender: wire.sender,
    content: wire.content,
    stateKey: wire.state_key,
    eventId: wire.event_id,
    redacts: wire.redacts,
    ...(wire.prev_events === undefined ? {} : { prevEvents }),
  }
  const isFirst = wire.type === 'm.room.create' && wire.prev_events !== undefined
  const event = isFirst ? aRoom(room.version).event(draft) : room.event(draft)
  if (wire.room_id === undefined) return event
  return { ...event, roomId: wire.room_id as RoomId, pdu: { room_id: wire.room_id } }
}
