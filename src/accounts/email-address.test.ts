import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalEmail } from './email-address.ts'

test('appendices, E-Mail: addresses are case-folded, so that all ways to write one are one', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['Strauß@Example.com', 'strauss@example.com'],
    ['STRAUẞ@example.com', 'strauss@example.com'],
    ['bob@Example.com', 'bob@example.com'],
    ['ÅSA.Öberg@Kommun.SE', 'åsa.öberg@kommun.se'],
    ['a\u030asa@kommun.se', 'åsa@kommun.se'],
    ['anna@MALMÖ.se', 'anna@malmö.se'],
    ['anna@xn--malm-8qa.se', 'anna@malmö.se'],
    ["o'neil+chatt@kommun.se", "o'neil+chatt@kommun.se"],
    ['ΣΊΣΥΦΟΣ@a.gr', 'σίσυφοσ@a.gr'],
  ]
  for (const [written, canonical] of forms) assert.equal(canonicalEmail(written), canonical, written)
})

test('an address that looks like another is not that other: the dotless ı stays what it is', () => {
  assert.notEqual(canonicalEmail('mıke@example.org'), canonicalEmail('mike@example.org'))
})

test('what is no bare address is refused: names, quotes, lists, line feeds, machines', () => {
  const none = [
    '',
    'anna',
    '@kommun.se',
    'anna@',
    'Anna <anna@kommun.se>',
    'mailto:anna@kommun.se',
    '"anna b"@kommun.se',
    'anna@kommun.se,bo@kommun.se',
    'anna@b@kommun.se',
    'anna\r\nRCPT TO:<x@y.se>@kommun.se',
    'anna@kommun.se\n',
    'anna b@kommun.se',
    '.anna@kommun.se',
    'anna..b@kommun.se',
    'anna@localhost',
    'anna@127.0.0.1',
    'anna@[127.0.0.1]',
    'anna@kommun_x.se',
    `${'a'.repeat(65)}@kommun.se`,
    `anna@${'a.'.repeat(130)}se`,
  ]
  for (const text of none) assert.equal(canonicalEmail(text), undefined, text)
})

test('the canonical form of a canonical form is itself', () => {
  const address = fc
    .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), fc.domain())
    .map((parts) => parts.join('@'))
  fc.assert(
    fc.property(fc.oneof(address, fc.emailAddress()), (text) => {
      const once = canonicalEmail(text)
      if (once !== undefined) assert.equal(canonicalEmail(once), once)
    }),
  )
})
