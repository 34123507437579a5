import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { mismatches } from './check-answers.ts'
import { explanationOf } from './explained.ts'
import type { Observation } from './observations.ts'
import { operationFor, operations } from './operations.ts'
import { rowsOf, steadyPart, textOf } from './rows.ts'

const results = new URL('../results.tsv', import.meta.url)

test('the committed table says what is served today', () => {
  const committed = steadyPart(readFileSync(results, 'utf8'))
  assert.deepEqual(committed, steadyPart(textOf(rowsOf([]))), 'Run: npm run conformance -- --without-tests')
})

test('the table has a line for each operation of the specification', () => {
  assert.equal(rowsOf([]).length, operations.length)
  assert.equal(operations.length, 202)
})

test('a request is known by its path, former ones and those with other words in the place of a parameter included', () => {
  assert.equal(operationFor('GET', '/_matrix/client/v3/sync'), 'client-server GET sync')
  assert.equal(operationFor('GET', '/_matrix/client/r0/sync'), 'client-server GET sync')
  assert.equal(operationFor('GET', '/_matrix/client/v3/keys/changes'), 'client-server GET getKeysChanges')
  assert.equal(operationFor('POST', '/_matrix/client/v3/keys/changes'), undefined)
  assert.equal(
    operationFor('GET', '/_matrix/client/v3/rooms/!a:b/state/m.room.name/'),
    'client-server GET getRoomStateWithKey',
  )
})

const seen = (status: number, body: unknown): Observation => ({
  operation: 'client-server GET getTokenOwner',
  status,
  test: 'a.test.ts',
  bodies: [JSON.stringify(body)],
})

test('an answer that the specification does not have is found, once for each kind', () => {
  assert.deepEqual(mismatches([seen(200, { user_id: '@a:b', is_guest: false })]), [])
  const faults = mismatches([seen(200, {}), seen(200, { is_guest: true }), seen(200, { user_id: 7 })])
  assert.deepEqual(
    faults.map(({ sentence }) => sentence),
    ['"user_id" is missing', '"user_id" must be string'],
  )
})

test('a row tells which of the specified answers were seen, and which others', () => {
  const row = rowsOf([seen(200, {}), seen(418, {})]).find(({ operationId }) => operationId === 'getTokenOwner')
  assert.deepEqual([row?.responses, row?.tests], ['200+ 401- 403- 429- (418)', 'a.test.ts'])
})

test('what differs from the schemas for a reason is told apart from what just differs', () => {
  const origin = {
    operation: 'server-server GET makeJoin',
    status: 200,
    test: '',
    sentence: '"event.origin" is missing',
  }
  assert.match(explanationOf(origin) ?? '', /room version 11/)
  assert.equal(explanationOf({ ...origin, sentence: '"event.type" is missing' }), undefined)
})
