// spec: client-server-api #size-limits

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fitsIn, utf8Length } from './size-limits.ts'

test('lengths are counted in bytes of UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (text, limit) => {
      assert.equal(utf8Length(text), Buffer.byteLength(text))
      assert.equal(fitsIn(text, limit), Buffer.byteLength(text) <= limit)
    }),
  )
})
