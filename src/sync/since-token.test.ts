// The token of /sync, and what is none.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseToken } from '#rooms/rooms.ts'
import { parseSince, tokenOfSince } from './since-token.ts'

const number = fc.integer({ min: 0, max: 999_999_999_999_999 })
const point = fc.record({ position: number, typing: number, toDevice: fc.option(number, { nil: undefined }) })

test('a token says what it was made of, and the endpoints of history take it as the same point', () => {
  fc.assert(
    fc.property(point, (since) => {
      assert.deepEqual(parseSince(tokenOfSince(since)), { ...since })
      assert.deepEqual(parseToken(tokenOfSince(since)), { kind: 'arrival', position: since.position })
    }),
  )
})

test('whatever else is sent as a token is refused with M_INVALID_PARAM', () => {
  for (const token of ['', 's', 's-1', 's1_', 's1_2_3_4', 't1_2', '1', 's1234567890123456', 's1 ', 'S1']) {
    assert.throws(
      () => parseSince(token),
      (error) => error instanceof MatrixError && error.errcode === 'M_INVALID_PARAM',
      token,
    )
  }
})
