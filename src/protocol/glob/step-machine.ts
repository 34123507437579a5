// The matcher behind wildcards: all places that the pattern can have reached, as bits, moved one character at a time.
// Time is (length of the text) × (length of the pattern / 32), whatever the pattern: there is nothing to backtrack to.
// spec: appendices #glob-style-matching

/** Says where a match may start and end; undefined: only at the ends of the text. */
export type Boundary = ((text: string, position: number) => boolean) | undefined

type Machine = (text: string, boundary: Boundary) => boolean

interface Table {
  readonly words: number
  /** Bit i: the pattern waits before token i for this character. Per code point, so that `?` takes a whole emoji. */
  readonly byCharacter: ReadonlyMap<number, Uint32Array>
  /** What any other character meets: only the question marks. */
  readonly anyCharacter: Uint32Array
  /** Bit i: a star stands before token i, so the pattern may stay there. */
  readonly stay: Uint32Array
  readonly last: number
}

/** Builds the machine of a pattern in which `*` is any text and, if `questionMark`, `?` is one character. */
export function stepMachine(pattern: string, questionMark: boolean): Machine {
  const table = tableOf(pattern, questionMark)
  return (text, boundary) => run(table, text, boundary)
}

function tableOf(pattern: string, questionMark: boolean): Table {
  const tokens: (number | undefined)[] = [] // undefined: a question mark
  const stars: number[] = []
  for (const character of pattern) {
    if (character === '*') stars.push(tokens.length)
    else tokens.push(character === '?' && questionMark ? undefined : (character.codePointAt(0) ?? 0))
  }
  const words = (tokens.length >>> 5) + 1
  const anyCharacter = new Uint32Array(words)
  tokens.forEach((token, index) => {
    if (token === undefined) setBit(anyCharacter, index)
  })
  const byCharacter = new Map<number, Uint32Array>()
  tokens.forEach((token, index) => {
    if (token === undefined) return
    const mask = byCharacter.get(token) ?? anyCharacter.slice()
    setBit(mask, index)
    byCharacter.set(token, mask)
  })
  const stay = new Uint32Array(words)
  for (const index of stars) setBit(stay, index)
  return { words, byCharacter, anyCharacter, stay, last: tokens.length }
}

function run(table: Table, text: string, boundary: Boundary): boolean {
  const reached = new Uint32Array(table.words)
  let position = 0
  while (position < text.length) {
    if (position === 0 || boundary?.(text, position) === true) {
      setBit(reached, 0)
      if (boundary !== undefined && hasBit(reached, table.last)) return true
    }
    const character = text.codePointAt(position) ?? 0
    step(reached, table.byCharacter.get(character) ?? table.anyCharacter, table.stay)
    position += character > 0xffff ? 2 : 1
    if (boundary?.(text, position) === true && hasBit(reached, table.last)) return true
  }
  if (text.length === 0) setBit(reached, 0)
  return hasBit(reached, table.last)
}

function step(reached: Uint32Array, mask: Uint32Array, stay: Uint32Array): void {
  let carry = 0
  for (let word = 0; word < reached.length; word++) {
    const before = reached[word] ?? 0
    const moved = before & (mask[word] ?? 0)
    reached[word] = (moved << 1) | carry | (before & (stay[word] ?? 0))
    carry = moved >>> 31
  }
}

function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31))
}

function hasBit(bits: Uint32Array, index: number): boolean {
  return ((bits[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0
}
