// spec: appendices #canonical-json; MSC4458

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, type Json, type JsonObject, parseJson, sortedKeys } from './json.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly canonical: string
  readonly hex: string
  readonly accepted: readonly string[]
}

const casesIn = (file: string): readonly Case[] =>
  JSON.parse(readFileSync(new URL(`../../../vectors/canonical-json/${file}`, import.meta.url), 'utf8')).cases

for (const { name, text, canonical } of [...casesIn('appendices.json'), ...casesIn('own.json')]) {
  test(`canonical JSON: ${name}`, () => {
    const read = parseJson(text)
    assert.equal(read.error, undefined)
    assert.equal(canonicalJson(read.ok as Json), canonical)
  })
}

for (const { name, hex, accepted } of casesIn('msc4458.json')) {
  test(`received JSON: ${name}`, () => {
    for (const numbers of ['integers', 'any'] as const) {
      assert.ok(accepted.includes(canonicalOrReject(Buffer.from(hex, 'hex'), numbers)))
    }
  })
}

function canonicalOrReject(bytes: Uint8Array, numbers: 'integers' | 'any'): string {
  const read = parseJson(bytes, { numbers })
  try {
    return read.error === undefined ? canonicalJson(read.ok) : 'REJECT'
  } catch {
    return 'REJECT'
  }
}

test('what has no canonical form is refused by name', () => {
  const undefinedInArray = [undefined] as unknown as Json
  const cases: [Json, string][] = [
    [1.5, 'float'],
    [2 ** 53, 'unsafe-integer'],
    [-(2 ** 53), 'unsafe-integer'],
    [Number.NaN, 'not-json'],
    [Number.POSITIVE_INFINITY, 'not-json'],
    ['\ud800', 'lone-surrogate'],
    [{ '\udc00': 1 }, 'lone-surrogate'],
    [undefinedInArray, 'not-json'],
  ]
  for (const [value, fault] of cases) assert.throws(() => canonicalJson(value), { fault })
})

test('until room version 5 a fraction is written as it is read back, also one that was not read faithfully', () => {
  assert.equal(
    canonicalJson([1e-9, 0.00001, 0.5, 2 ** 53, 1e21], 'faithful'),
    '[1e-09,1e-05,0.5,9007199254740992,1e+21]',
  )
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = canonicalJson(value, 'faithful')
      assert.equal(canonicalJson(parseJson(text, { numbers: 'faithful' }).ok as Json, 'faithful'), text)
    }),
  )
})

test('a member that is undefined is as if it were not there', () => {
  assert.equal(canonicalJson({ b: undefined, a: 1 } as unknown as JsonObject), '{"a":1}')
})

test('nesting without end is refused, not followed', () => {
  const endless: Json[] = []
  endless.push(endless)
  assert.throws(() => canonicalJson(endless), { fault: 'too-deep' })
})

const anyText = fc.string({ unit: 'binary' })
const integerJson = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, false),
    fc.maxSafeInteger(),
    anyText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value

test('canonical JSON is read back as the same value and is its own canonical form', () => {
  fc.assert(
    fc.property(integerJson, (value) => {
      const text = canonicalJson(value)
      const read = parseJson(text, { numbers: 'integers' })
      assert.equal(read.error, undefined)
      assert.equal(canonicalJson(read.ok as Json), text)
      assert.equal(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text)), text)
    }),
  )
})

test('keys are in the order of their UTF-32 code points, which is the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyText, { maxLength: 12 }), (keys) => {
      const object: JsonObject = Object.fromEntries(keys.map((key) => [key, 1]))
      const byBytes = [...keys].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
      assert.deepEqual(sortedKeys(object), byBytes)
    }),
  )
})
