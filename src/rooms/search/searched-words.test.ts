// Which words of a text are kept and looked for.
// spec: docs/decisions/0032-search-by-words.md

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { searchedWords } from './searched-words.ts'

test('words that nearly every text has are left out, in Swedish and in English', () => {
  assert.deepEqual(searchedWords('Beslutet om bygglov är på väg till oss'), ['beslutet', 'bygglov', 'väg'])
  assert.deepEqual(searchedWords('The decision is in the minutes'), ['decision', 'minutes'])
})

test('of a text of such words alone, and of other languages, every word stays', () => {
  assert.deepEqual(searchedWords('vad är det'), ['vad', 'är', 'det'])
  assert.deepEqual(searchedWords('Buorre iđit, sámegiella'), ['buorre', 'iđit', 'sámegiella'])
})
