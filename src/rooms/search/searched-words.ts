// The words of a text that are worth keeping and looking for: without those that nearly every text has, in Swedish or in English. The database
// leaves out those of one language where it takes stems of that language; of two languages each would keep the other's.
// spec: docs/decisions/0032-search-by-words.md

import { wordsOf } from '../index/words.ts'

const commonWords: ReadonlySet<string> = new Set(
  [
    'alla allt att av blev bli blir de dem den denna dessa det detta dig din ditt du där då efter ej eller en er era ett från för ha hade han hans har',
    'henne hennes hon honom hur här i icke inom inte jag ju kan kunde man med mellan men mig min mitt mot mycket ni nu när någon något några och om',
    'oss på samma sedan sig sin sina sitt ska skulle som så till under upp ut utan vad var vara varför varit vem vi vid vilka vilken vilket än är åt över',
    'a about after all an and any are as at be been but by can could did do does for from had has have he her his how if in into is it its me my no',
    'not of on or our she so than that the their them then there these they this to was we were what when which who will with would you your',
  ]
    .join(' ')
    .split(' '),
)

/** Folded. Of a text of such words alone, all. */
export function searchedWords(text: string): string[] {
  const words = wordsOf(text)
  const rare = words.filter((word) => !commonWords.has(word))
  return rare.length > 0 ? rare : words
}
