// spec: RFC 8259; appendices #canonical-json; MSC4458

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, type Json, member, type NumberReading, numberOf, parseJson } from './json.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly hex: string
  readonly numbers: NumberReading
  readonly error?: string
  readonly canonical?: string
}

const casesIn = (file: string): readonly Case[] =>
  JSON.parse(readFileSync(new URL(`../../../vectors/json/${file}`, import.meta.url), 'utf8')).cases

for (const { name, text, numbers, error, canonical } of casesIn('reading.json')) {
  test(`reading: ${name}`, () => {
    const read = parseJson(text, { numbers })
    assert.equal(read.error, error)
    if (read.error === undefined) assert.equal(canonicalJson(read.ok, numbers), canonical)
  })
}

for (const { name, hex, error } of casesIn('bytes.json')) {
  test(`bytes: ${name}`, () => assert.equal(parseJson(Buffer.from(hex, 'hex')).error, error))
}

test('a member named __proto__ does not reach the prototype, on either path', () => {
  for (const text of ['{"__proto__":{"polluted":1}}', ' {"__proto__":{"polluted":1}}']) {
    const { ok } = parseJson(text)
    assert.ok(typeof ok === 'object' && ok !== null && !Array.isArray(ok))
    assert.equal(ok['polluted'], undefined)
    assert.deepEqual(Object.keys(ok), ['__proto__'])
    assert.equal(JSON.stringify(ok), '{"__proto__":{"polluted":1}}')
    assert.equal(Object.getPrototypeOf(ok), Object.prototype)
  }
})

test('nesting is read up to the limit and refused beyond it, on either path, and a hundred thousand levels do no harm', () => {
  for (const space of ['', ' ']) {
    const nested = (levels: number) => `${space}${'['.repeat(levels)}${']'.repeat(levels)}`
    assert.equal(parseJson(nested(256)).error, undefined)
    assert.equal(parseJson(nested(257)).error, 'too-deep')
    assert.equal(parseJson(nested(4), { maxDepth: 3 }).error, 'too-deep')
    assert.equal(parseJson(nested(100_000)).error, 'too-deep')
    assert.equal(parseJson('{"a":'.repeat(100_000)).error, 'too-deep')
  }
})

test('a number that is kept as text is a number to numberOf, and is written back by JSON.stringify', () => {
  const { ok } = parseJson('{"users_default":50.0,"big":9007199254740993}', { numbers: 'faithful' })
  assert.ok(typeof ok === 'object' && ok !== null && !Array.isArray(ok))
  assert.equal(numberOf(member(ok, 'users_default')), 50)
  assert.equal(JSON.stringify(ok), '{"users_default":50.0,"big":9007199254740993}')
  assert.throws(() => canonicalJson(ok), { fault: 'unsafe-integer' })
})

test('read verbatim, every number is written as it was sent', () => {
  const text = '[-0,-0.0,0.00001,1.50,1e3,1E-7,1e999,9007199254740993,100000000000000000000000,5,-7]'
  assert.equal(canonicalJson(parseJson(text, { numbers: 'verbatim' }).ok as Json, 'faithful'), text)
})

const anyJson = fc.jsonValue({ stringUnit: 'binary' })

test('what JSON.stringify writes is read back as the same value, on the plain path and on the careful one', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      const text = JSON.stringify(value)
      const plain = JSON.parse(text)
      for (const form of [text, ` ${text}`, JSON.stringify(value, undefined, '\t')]) {
        const read = parseJson(form)
        assert.equal(read.error, undefined)
        assert.equal(JSON.stringify(read.ok), JSON.stringify(plain))
      }
      assert.equal(JSON.stringify(parseJson(Buffer.from(text)).ok), JSON.stringify(plain))
    }),
  )
})

/** Texts that look like JSON: valid ones, cut, doubled, with characters that matter strewn in. */
const almostJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.constantFrom('"', '\\', '{', '}', '[', ',', ':', '0', '-', '.', 'e', '\u0000', '\ud800', '\\ud800', 'null'),
  )
  .map(([text, at, odd]) => {
    const cut = at % (text.length + 1)
    return text.slice(0, cut) + odd + text.slice(cut)
  })

test('no text makes the reader throw, and it reads nothing that JSON.parse does not', () => {
  fc.assert(
    fc.property(fc.oneof(almostJson, fc.string({ unit: 'binary' })), (text) => {
      for (const numbers of ['integers', 'any', 'faithful', 'verbatim'] as const) {
        const read = parseJson(text, { numbers })
        if (read.error === undefined) assert.doesNotThrow(() => JSON.parse(text))
        else if (read.error === 'syntax') assert.throws(() => JSON.parse(text))
      }
    }),
  )
})

test('no bytes make the reader throw', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseJson(bytes)))
})

test('the plain path and the careful one agree on every text', () => {
  fc.assert(
    fc.property(almostJson, (text) => {
      const [plain, careful] = [parseJson(text), parseJson(` ${text}`)]
      assert.equal(plain.error, careful.error)
      if (plain.error === undefined) assert.equal(written(plain.ok), written(careful.ok as Json))
    }),
  )
})

const written = (value: Json): string => canonicalJson(value, 'any')
