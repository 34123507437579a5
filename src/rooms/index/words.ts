// Words as people look for them: without case, and without the marks that Swedish and the Sámi languages do not use. å, ä and ö are letters
// of their own and never become a and o; é in "idé" is an e.
// spec: Unicode Standard Annex #15 (normalization forms); docs/decisions/0032-search-by-words.md

/** Letters with marks that stay: of Swedish, Meänkieli, and North, Lule, South, Ume, Pite and Skolt Sámi. */
const letters = new Set('åäöáïńčšžǧǩǯ')

/** Characters of a text that are looked at: a page of a book. */
const MOST_CHARACTERS = 20_000
/** Characters of one word: longer ones are no words. */
const LONGEST_WORD = 100

const onlyAscii = /^[\0-\x7f]*$/
const marks = /\p{M}+/gu
const words = /[\p{L}\p{N}\p{M}]+/gu

export function fold(text: string): string {
  const lower = text.slice(0, MOST_CHARACTERS).normalize('NFKC').toLowerCase()
  if (onlyAscii.test(lower)) return lower
  return Array.from(lower, foldLetter).join('')
}

function foldLetter(letter: string): string {
  if (letter <= '\x7f' || letters.has(letter)) return letter
  const parts = letter.normalize('NFD')
  // A bare mark, or a letter of a script that needs them, stays.
  return parts.length === letter.length ? letter : parts.replace(marks, '').normalize('NFC') || letter
}

/** The folded words of a text, in order. */
export const wordsOf = (text: string): string[] =>
  [...fold(text).matchAll(words)].map(([word]) => word.slice(0, LONGEST_WORD))

/** The folded words, for a column: letters, digits and spaces, so that no parser of the database sees anything else. */
export const wordsText = (text: string): string => wordsOf(text).join(' ')
