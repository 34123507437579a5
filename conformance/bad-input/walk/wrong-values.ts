// Wrong values, by name: as text of a path or a query, and as the text of a JSON value.
// spec: client-server-api #api-standards; appendices #canonical-json, #common-identifier-format

import type { QueryKind } from '#api/query-plan.ts'

/** A name that says what is wrong, and the text. */
export type Wrong = readonly [name: string, text: string]

const KIB = 1024
/** Fits into the head of a request, and into nothing that it names. */
const LONG = 8 * KIB
/** More than the head of a request may have. */
const TOO_LONG = 64 * KIB
/** More levels than are read. */
const LEVELS = 10_000

/** What a path parameter is replaced by, encoded already. `good` is what it was. */
export function wrongSegments(good: string): readonly Wrong[] {
  const sigil = encodeURIComponent(good.slice(0, 1))
  return [
    ['no identifier', 'neither%20here%20nor%20there'],
    ['a sigil alone', sigil],
    ['8 KiB', `${sigil}${'a'.repeat(LONG)}`],
    ['64 KiB', `${sigil}${'a'.repeat(TOO_LONG)}`],
    ['nothing', ''],
    ['a NUL', `${encodeURIComponent(good)}%00`],
    ['a NUL alone', '%00'],
    ['a byte that is no UTF-8', `${encodeURIComponent(good)}%FF`],
    ['half a surrogate pair', '%ed%a0%80'],
    ['a percent sign alone', '%'],
    ['dot segments', '%2e%2e%2f%2e%2e%2fetc%2fpasswd'],
    ['a dot segment', '..'],
    ['a line feed', `${encodeURIComponent(good)}%0d%0aX-Evil`],
    ['quotes of SQL', "'%20or%201%3D1%20--"],
    ['another case', encodeURIComponent(good.replace(/^[^:]*/, (name) => name.toUpperCase()))],
    ['__proto__', '__proto__'],
    ['right to left', `${encodeURIComponent(good)}%E2%80%AE`],
  ]
}

/** Texts that are never well encoded, wherever they stand in a path or query. */
export const badlyEncoded: ReadonlySet<string> = new Set([
  'a byte that is no UTF-8',
  'half a surrogate pair',
  'a percent sign alone',
])

const wrongNumbers: readonly Wrong[] = [
  ['a word', 'many'],
  ['nothing', ''],
  ['a negative number', '-1'],
  ['the lowest number', '-9007199254740991'],
  ['a fraction', '1.5'],
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
  ['2^53', '9007199254740992'],
  ['2^53 - 1', '9007199254740991'],
  ['2^31', '2147483648'],
  ['zero', '0'],
  ['minus zero', '-0'],
  ['twenty digits', '99999999999999999999'],
  ['an exponent', '1e3'],
  ['a number beyond every double', '1e400'],
  ['a hexadecimal number', '0x10'],
  ['digits of another script', '%D9%A1%D9%A2'],
  ['a list', '%5B1%5D'],
]

const wrongBooleans: readonly Wrong[] = [
  ['yes', 'yes'],
  ['one', '1'],
  ['capitals', 'TRUE'],
  ['nothing', ''],
  ['null', 'null'],
]

const wrongTexts: readonly Wrong[] = [
  ['nothing', ''],
  ['no identifier', 'neither%20here+nor%20there'],
  ['8 KiB', 'a'.repeat(LONG)],
  ['64 KiB', 'a'.repeat(TOO_LONG)],
  ['a NUL', '%00'],
  ['a byte that is no UTF-8', 'a%FF'],
  ['half a surrogate pair', '%ed%a0%80'],
  ['a percent sign alone', '%'],
  ['half of JSON', '%7B%22room%22%3A'],
  ['a JSON list', '%5B%5D'],
  ['a JSON filter of wrong types', '%7B%22room%22%3A5%2C%22types%22%3A%22all%22%7D'],
  ['a JSON filter with 2^53', '%7B%22limit%22%3A9007199254740993%7D'],
  ['a JSON filter of __proto__', '%7B%22__proto__%22%3A%7B%22walked%22%3A1%7D%7D'],
  ['deep JSON', encodeURIComponent('['.repeat(LONG / 3))],
  [
    'a costly pattern',
    encodeURIComponent(JSON.stringify({ types: ['*a'.repeat(2_000)], not_types: ['*?'.repeat(500)] })),
  ],
  ['a forged position', 's999999999999999'],
  ['a negative position', 's-1'],
  ['a position of nine parts', 's1_2_3_4_5_6_7_8_9'],
  ['a forged topological token', 't999999999999999_1'],
  ['a number', '1'],
  ['__proto__', '__proto__'],
]

/** What a member of the query is replaced by, encoded already. */
export function wrongQuery(kind: QueryKind): readonly Wrong[] {
  if (kind === 'boolean') return wrongBooleans
  return kind === 'string' ? wrongTexts : wrongNumbers
}

/** Texts of JSON values for one place of a body. Some of them fit: the definition says which. */
export const wrongJson: readonly Wrong[] = [
  ['null', 'null'],
  ['true', 'true'],
  ['zero', '0'],
  ['a negative number', '-1'],
  ['a fraction', '1.5'],
  ['an integer of 2^31', '2147483648'],
  ['an integer beyond 2^53', '9007199254740993'],
  ['the largest integer', '9007199254740991'],
  ['a number beyond every double', '1e400'],
  ['an empty string', '""'],
  ['a string', '"neither here nor there"'],
  ['a string with NUL', '"a\\u0000b"'],
  ['half a surrogate pair', '"\\ud83d"'],
  ['a string of a kibibyte', JSON.stringify('å'.repeat(KIB / 2))],
  ['a string of 64 KiB', JSON.stringify('a'.repeat(TOO_LONG))],
  ['a string of 1 MiB', JSON.stringify('a'.repeat(KIB * KIB))],
  ['__proto__', '"__proto__"'],
  ['an empty list', '[]'],
  ['a list of lists', '[[[]]]'],
  ['a list of null', '[null]'],
  ['a list of numbers', '[1,2]'],
  ['a list of a string', '["x"]'],
  ['an empty object', '{}'],
  ['an object of null', '{"a":null}'],
  ['an object of objects', '{"a":{"b":{"c":1}}}'],
  ['an object with __proto__', '{"__proto__":{"walked":true},"constructor":{"prototype":{"walked":true}}}'],
  ['a key twice', '{"a":1,"a":2}'],
  ['10,000 levels', `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`],
  ['5,000 numbers', JSON.stringify(Array.from({ length: 5_000 }, (_, index) => index))],
  ['5,000 users', JSON.stringify(Array.from({ length: 5_000 }, (_, index) => `@u${index}:alfa.localhost`))],
  ['5,000 events', JSON.stringify(Array.from({ length: 5_000 }, (_, index) => `$${String(index).padEnd(43, 'A')}`))],
  [
    '5,000 members',
    JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`@u${index}:alfa.localhost`, {}]))),
  ],
  ['a costly pattern', JSON.stringify('*a'.repeat(KIB))],
  ['costly patterns', JSON.stringify(Array.from({ length: 500 }, (_, index) => `${'*a'.repeat(60)}${index}*`))],
]

/** Whole bodies. `undefined`: none at all. */
export const wrongBodies: readonly (readonly [name: string, body: string | Uint8Array | undefined])[] = [
  ['none', undefined],
  ['of no bytes', ''],
  ['half an object', '{"a":'],
  ['a form', 'user=anna&password=x'],
  ['a list', '[]'],
  ['a list of objects', '[{}]'],
  ['a string', '"x"'],
  ['a number', '7'],
  ['null', 'null'],
  ['of 10,000 levels', `{"a":${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}}`],
  ['of brackets alone', '['.repeat(KIB * 100)],
  ['no UTF-8', Buffer.from('{"a":"\xe5"}', 'latin1')],
  ['a NUL', '\u0000'],
]
