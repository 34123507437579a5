// spec: PostgreSQL 8.15.6

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { statement } from './database.ts'
import { testDatabase } from './test-database.ts'

const { database } = await testDatabase({ after })

const echoTexts = statement<[(string | null)[]], { value: string | null }>(
  'test.echo_texts',
  'select value from unnest($1::text[]) with ordinality as t (value, n) order by n',
)
const echoBytes = statement<[(Uint8Array | null)[]], { value: Uint8Array | null }>(
  'test.echo_bytes',
  'select value from unnest($1::bytea[]) with ordinality as t (value, n) order by n',
)
const echoNumbers = statement<[(number | null)[]], { value: number | null }>(
  'test.echo_numbers',
  'select value from unnest($1::bigint[]) with ordinality as t (value, n) order by n',
)

/** What PostgreSQL can store: no zero character, no lone surrogates. */
const storable = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'))

test('an array of texts arrives as it was sent: quotes, backslashes, NULL as a word, braces, empty', async () => {
  const awkward = [
    '',
    'NULL',
    'null',
    '"',
    '\\',
    '\\"',
    '{}',
    'a,b',
    ' spaces ',
    '\n\t',
    'å😀',
    null,
    '{"a":"\\"\\\\"}',
  ]
  assert.deepEqual(
    (await database.run(echoTexts, awkward)).map(({ value }) => value),
    awkward,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(storable), { maxLength: 20 }), async (texts) => {
      const rows = await database.run(echoTexts, texts)
      assert.deepEqual(
        rows.map(({ value }) => value),
        texts,
      )
    }),
    { numRuns: 50 },
  )
})

test('an array of bytes arrives as it was sent, also from a view into a larger buffer', async () => {
  const whole = Uint8Array.from({ length: 256 }, (_, i) => i)
  const rows = await database.run(echoBytes, [whole, whole.subarray(10, 20), new Uint8Array(0), null])
  assert.deepEqual(
    rows.map(({ value }) => (value === null ? null : [...value])),
    [[...whole], [...whole.subarray(10, 20)], [], null],
  )
})

test('an array of numbers arrives as it was sent, up to 2^53', async () => {
  const numbers = [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, null]
  assert.deepEqual(
    (await database.run(echoNumbers, numbers)).map(({ value }) => value),
    numbers,
  )
})
