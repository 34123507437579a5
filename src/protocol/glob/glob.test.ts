// Glob patterns: the rules of the specification, and equality with a plain recursive matcher.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileGlob, isWordBoundary } from './glob.ts'

test('a star takes any text, also none', () => {
  for (const text of ['lunch', 'lunch plans', 'lunc']) assert.equal(compileGlob('lunc*').matches(text), true)
  assert.equal(compileGlob('a*c').matches('abd'), false)
})

test('a question mark takes exactly one character, and an emoji is one', () => {
  assert.equal(compileGlob('lunc?').matches('lunc'), false)
  assert.equal(compileGlob('?').matches('👍'), true)
  assert.equal(compileGlob('??').matches('👍'), false)
})

test('where only the star is a wildcard, a question mark is itself', () => {
  assert.equal(compileGlob('a?*', { wildcards: '*' }).matches('a?b'), true)
  assert.equal(compileGlob('a?*', { wildcards: '*' }).matches('abb'), false)
})

test('characters that regular expressions know mean nothing here', () => {
  assert.equal(compileGlob('a.*[b]').matches('a.x[b]'), true)
  assert.equal(compileGlob('a.*').matches('abc'), false)
})

test('a pattern longer than one machine word is matched', () => {
  const long = 'x'.repeat(100)
  assert.equal(compileGlob(`${long}*${long}?`).matches(`${long}--${long}y`), true)
  assert.equal(compileGlob(`${long}*${long}?`).matches(`${long}--${long}`), false)
})

test('a pattern made to be slow is not', () => {
  const glob = compileGlob(`${'*a?'.repeat(300)}b`)
  assert.equal(glob.matches('a'.repeat(60_000)), false)
})

/** The definition, written plainly: exponential, for short texts only. */
function plain(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === '*') return plain(rest, text) || (text.length > 0 && plain(pattern, text.slice(1)))
  const [head, ...tail] = text
  return head !== undefined && (first === '?' || first === head) && plain(rest, tail)
}

const letters = (of: readonly string[], maxLength: number) => fc.array(fc.constantFrom(...of), { maxLength })

test('the compiled pattern agrees with the plain definition', () => {
  fc.assert(
    fc.property(letters(['a', 'b', '👍', '*', '?'], 7), letters(['a', 'b', '👍'], 7), (pattern, text) => {
      assert.equal(compileGlob(pattern.join('')).matches(text.join('')), plain(pattern, text))
    }),
    { numRuns: 2000 },
  )
})

test('a match of words is a whole match of some part between two boundaries', () => {
  fc.assert(
    fc.property(letters(['a', ' ', '_', 'å', '*', '?'], 6), letters(['a', ' ', '_', 'å', '-'], 6), (pattern, chars) => {
      const text = chars.join('')
      let expected = false
      for (let from = 0; from <= text.length; from++) {
        for (let to = from; to <= text.length; to++) {
          if (!isWordBoundary(text, from) || !isWordBoundary(text, to)) continue
          expected ||= plain(pattern, [...text.slice(from, to)])
        }
      }
      assert.equal(compileGlob(pattern.join('')).matchesWords(text), expected)
    }),
    { numRuns: 2000 },
  )
})
