// Tokens are opaque to clients and mean the same when they come back; anything else is refused.
// spec: client-server-api #getting-events-for-a-room

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MatrixError } from '#protocol/errors/errors.ts'
import { type Point, parseToken, tokenOf } from './tokens.ts'

const position = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
const point: fc.Arbitrary<Point> = fc.oneof(
  fc.record({ kind: fc.constant('arrival' as const), position: fc.integer({ min: 0, max: 10 ** 15 - 1 }) }),
  fc.record({ kind: fc.constant('topology' as const), depth: fc.maxSafeNat(), position }),
)

test('every token that is given out is taken back as the same point, the ends of the history too', () => {
  fc.assert(fc.property(point, (given) => assert.deepEqual(parseToken(tokenOf(given)), { ...given })))
  for (const end of [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]) {
    const given: Point = { kind: 'topology', depth: Number.MAX_SAFE_INTEGER, position: end }
    assert.deepEqual(parseToken(tokenOf(given)), given)
  }
})

test('what was not given out is refused, numbers beyond what can be counted among it', () => {
  for (const text of [
    '',
    's',
    's-1',
    't1',
    't1_',
    't-1_1',
    't9999999999999999_1',
    't1_9999999999999999',
    's1 ',
    'x1',
  ]) {
    assert.throws(
      () => parseToken(text),
      (error: unknown) => error instanceof MatrixError && error.errcode === 'M_INVALID_PARAM',
    )
  }
})
