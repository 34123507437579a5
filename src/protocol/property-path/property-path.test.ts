// Property paths: escaping, and that nothing inherited is found.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatPropertyPath, parsePropertyPath, propertyAt } from './property-path.ts'

test('a backslash escapes a dot and a backslash, and nothing else', () => {
  assert.deepEqual(parsePropertyPath('content.body'), ['content', 'body'])
  assert.deepEqual(parsePropertyPath('content.m\\.relates_to'), ['content', 'm.relates_to'])
  assert.deepEqual(parsePropertyPath('content.m\\\\foo'), ['content', 'm\\foo'])
  assert.deepEqual(parsePropertyPath('a\\x.b\\'), ['a\\x', 'b\\'])
})

test('what is written is read back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', '.', '\\') }), { minLength: 1, maxLength: 5 }),
      (names) => {
        assert.deepEqual(parsePropertyPath(formatPropertyPath(names)), names)
      },
    ),
  )
})

test('a property that is inherited, or stands in a list or a string, is not found', () => {
  assert.equal(propertyAt({ content: {} }, ['content', 'constructor']), undefined)
  assert.equal(propertyAt({ content: ['a'] }, ['content', '0']), undefined)
  assert.equal(propertyAt({ content: 'a' }, ['content', 'length']), undefined)
  assert.equal(propertyAt({ content: { a: null } }, ['content', 'a']), null)
})
