// The schemas and what is said of values that do not fit them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Type } from 'typebox'
import { createRoom } from './client/create-room.ts'
import { getRoomEvents } from './client/get-room-events.ts'
import { joinRoom } from './client/join-room.ts'
import { queryKeys } from './client/query-keys.ts'
import { sendToDevice } from './client/send-to-device.ts'
import { setPushRule } from './client/set-push-rule.ts'
import { uploadCrossSigningKeys } from './client/upload-cross-signing-keys.ts'
import type { Endpoint } from './endpoint.ts'
import { endpoints } from './endpoints.ts'
import { sendTransaction } from './federation/send-transaction.ts'
import { queryPlan } from './query-plan.ts'
import {
  EventIdSchema,
  MediaIdSchema,
  RoomIdOrAliasSchema,
  StateKeySchema,
  UserIdSchema,
} from './schemas/identifiers.ts'
import { mapBy, mapOf, oneOf } from './schemas/json.ts'
import { schemaCheck } from './validation.ts'

const fits = (schema: Parameters<typeof schemaCheck>[0], value: unknown) => schemaCheck(schema).fits(value)
const problem = (schema: Parameters<typeof schemaCheck>[0], value: unknown) => schemaCheck(schema).problem(value)

test('identifiers are taken by their grammar, event IDs by their sigil alone', () => {
  const cases: [Parameters<typeof schemaCheck>[0], readonly string[], readonly string[]][] = [
    [
      UserIdSchema,
      ['@anna:example.se', '@Ånna:[::1]:8448'],
      ['anna', '@anna', '@anna:', '@anna:exa mple', `@${'a'.repeat(255)}:x`],
    ],
    [RoomIdOrAliasSchema, ['!a:b', '#a:b', `!${'a'.repeat(42)}A`], ['a:b', '@a:b', '#a', '!']],
    [EventIdSchema, ['$a:b', '$nothing'], ['a', '', `$${'ä'.repeat(130)}`, '$\0']],
    [MediaIdSchema, ['abc_-1'], ['', '..', 'a/b', '%2e']],
    [StateKeySchema, ['', '@anna:example.se'], ['a\0', 'ä'.repeat(128)]],
  ]
  for (const [schema, good, bad] of cases) {
    for (const text of good) assert.equal(fits(schema, text), true, text)
    for (const text of [...bad, 1, null, {}]) assert.equal(fits(schema, text), false, String(text))
  }
})

test('every member of a map is checked, whatever its name', () => {
  const counts = mapOf(Type.Integer())
  for (const name of ['a', '', '\n', '^$', '__proto__', 'constructor']) {
    assert.equal(fits(counts, JSON.parse(`{${JSON.stringify(name)}:1}`)), true, name)
    assert.equal(fits(counts, JSON.parse(`{${JSON.stringify(name)}:"1"}`)), false, name)
  }
  const byUser = mapBy(UserIdSchema, Type.Integer())
  assert.equal(fits(byUser, { '@anna:example.se': 1 }), true)
  assert.equal(fits(byUser, { anna: 1 }), false)
})

test('a problem says whether something is missing, of the wrong type, or has a value that cannot be taken', () => {
  const schema = Type.Object({
    user: UserIdSchema,
    kind: Type.Optional(oneOf('a', 'b')),
    inner: Type.Optional(Type.Object({ list: Type.Array(Type.Integer({ minimum: 0 })) })),
    either: Type.Optional(Type.Union([Type.String(), Type.Object({ key: Type.String() })])),
  })
  const user = '@anna:example.se'
  const cases: [unknown, string, string][] = [
    [{}, 'missing', 'user'],
    [{ user: 1 }, 'type', 'user'],
    [{ user: 'anna' }, 'value', 'user'],
    [{ user, kind: 'c' }, 'value', 'kind'],
    [{ user, kind: null }, 'type', 'kind'],
    [{ user, inner: {} }, 'missing', 'inner.list'],
    [{ user, inner: { list: [1, -1] } }, 'value', 'inner.list.1'],
    [{ user, inner: { list: [1, 'x'] } }, 'type', 'inner.list.1'],
    [{ user, either: 1 }, 'type', 'either'],
    [[], 'type', ''],
    [null, 'type', ''],
  ]
  for (const [value, kind, at] of cases) {
    const found = problem(schema, value)
    assert.deepEqual([found.kind, found.at], [kind, at], JSON.stringify(value))
    assert.notEqual(found.sentence, '')
  }
})

test('a problem stays short, however long the names of the caller are', () => {
  const found = problem(mapOf(Type.Integer()), { ['x'.repeat(100_000)]: 'y' })
  assert.ok(found.at.length <= 120 && found.sentence.length < 200)
})

test('what the specification takes fits, and what it does not take does not', () => {
  const key = { user_id: '@a:b', usage: ['master'], keys: { 'ed25519:x': 'x' } }
  const cases: [Endpoint, unknown, boolean][] = [
    [createRoom, {}, true],
    [createRoom, { preset: 'public_chat', 'se.samband.own': [1] }, true],
    [createRoom, { preset: 'secret_chat' }, false],
    [createRoom, { room_version: 12 }, false],
    [createRoom, { invite: ['@a:b'], initial_state: [{ type: 'm.room.name', content: {} }] }, true],
    [createRoom, { initial_state: [{ type: 'm.room.name' }] }, false],
    [joinRoom, { third_party_signed: {} }, false],
    [queryKeys, { device_keys: { '@a:b': [] } }, true],
    [queryKeys, { device_keys: { '@a:b': null } }, false],
    [sendToDevice, { messages: { '@a:b': { '*': {} } } }, true],
    [sendToDevice, { messages: { '@a:b': { '*': [] } } }, false],
    [setPushRule, { actions: ['notify', { set_tweak: 'sound', value: 'default' }] }, true],
    [setPushRule, { actions: [1] }, false],
    [uploadCrossSigningKeys, { master_key: key }, true],
    [uploadCrossSigningKeys, { master_key: { ...key, keys: {} } }, false],
    [sendTransaction, { origin: 'a', origin_server_ts: 1, pdus: [], edus: [{}] }, true],
    [sendTransaction, { origin: 'a', origin_server_ts: 1, pdus: Array(51).fill({}) }, false],
  ]
  for (const [{ body, operationId }, value, expected] of cases) {
    assert.ok(body !== undefined && body !== 'bytes')
    assert.equal(fits(body, value), expected, `${operationId} ${JSON.stringify(value).slice(0, 200)}`)
  }
})

test('every schema compiles and judges any JSON without throwing, and a refusal always has a problem', () => {
  const checks = endpoints
    .flatMap(({ params, query, body, response }) => [params, query, body === 'bytes' ? undefined : body, response])
    .filter((schema) => schema !== undefined)
    .map(schemaCheck)
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const check of checks) if (!check.fits(value)) assert.ok(check.problem(value).sentence)
    }),
    { numRuns: 20 },
  )
})

test('a query plan says how to read each member', () => {
  assert.ok(getRoomEvents.query && joinRoom.query)
  const messages = queryPlan(getRoomEvents.query)
  assert.deepEqual(messages.get('limit'), { kind: 'integer', repeated: false })
  assert.deepEqual(messages.get('dir'), { kind: 'string', repeated: false })
  assert.deepEqual(queryPlan(joinRoom.query).get('via'), { kind: 'string', repeated: true })
})
