// How texts become words that people look for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold, wordsOf, wordsText } from './words.ts'

test('å, ä and ö stay letters of their own, whatever their case or form', () => {
  assert.equal(fold('ÅRE Ängelholm ÖREBRO'), 'åre ängelholm örebro')
  assert.equal(fold('A\u030are'), 'åre')
  assert.notEqual(fold('Örebro'), fold('Orebro'))
})

test('the letters of the Sámi languages stay', () => {
  assert.equal(
    fold('Čáhppesluokta Đeahkku ŊŊ Šilljut Ŧ Žaidna Ǩ Ǥ Ǯ ï'),
    'čáhppesluokta đeahkku ŋŋ šilljut ŧ žaidna ǩ ǥ ǯ ï',
  )
})

test('marks of other languages go', () => {
  assert.equal(fold('Idé Renée Müller Nuñez'), 'ide renee muller nunez')
})

test('a text becomes its words', () => {
  assert.deepEqual(wordsOf('Hej, @anna:alfa.example! (112) – Ö-vik'), [
    'hej',
    'anna',
    'alfa',
    'example',
    '112',
    'ö',
    'vik',
  ])
  assert.deepEqual(wordsOf('… – !'), [])
})

test('whatever is said, a column holds words and spaces, and folding twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const stored = wordsText(text)
      assert.match(stored, /^([\p{L}\p{N}\p{M}]+( [\p{L}\p{N}\p{M}]+)*)?$/u)
      assert.equal(wordsText(stored), stored)
    }),
  )
})
