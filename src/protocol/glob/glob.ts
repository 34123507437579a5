// Glob patterns, compiled once and matched in time linear in the text. Face of the folder.
// Patterns come from users and from other servers: a regular expression with backtracking would let one of them stop the process.
// spec: appendices #glob-style-matching; client-server-api/modules/push.md (word boundaries of `content.body`)

import { stepMachine } from './step-machine.ts'

export interface GlobOptions {
  /** Default: case matters. */
  readonly ignoreCase?: boolean
  /** `*?` (default): both wildcards. `*`: a question mark is an ordinary character, as in event filters. */
  readonly wildcards?: '*?' | '*'
}

export interface Glob {
  /** Whether the pattern matches the whole of `text`. With `ignoreCase`, `text` must be given in lower case. */
  matches(text: string): boolean
  /** Whether the pattern matches a part of `text` that starts and ends at a word boundary. Same rule for the case. */
  matchesWords(text: string): boolean
}

/** Compiles a pattern. Any string is a pattern, so there is no error. Cost and memory are linear in its length. */
export function compileGlob(pattern: string, options: GlobOptions = {}): Glob {
  const wanted = options.ignoreCase === true ? pattern.toLowerCase() : pattern
  const questionMark = options.wildcards !== '*'
  const isLiteral = !wanted.includes('*') && !(questionMark && wanted.includes('?'))
  return isLiteral ? literal(wanted) : wild(wanted, questionMark)
}

function literal(wanted: string): Glob {
  return { matches: (text) => text === wanted, matchesWords: (text) => containsWords(text, wanted) }
}

function wild(wanted: string, questionMark: boolean): Glob {
  if (/^\*+$/.test(wanted)) return { matches: () => true, matchesWords: () => true }
  const pieces = wanted.split(questionMark ? /[*?]+/ : /\*+/)
  // A text without the longest literal piece cannot match: one native search spares the walk for nearly every text.
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '')
  const machine = stepMachine(wanted, questionMark)
  const isPrefix = wanted === `${longest}*` // `m.room.*`: by far the most common pattern of event filters
  return {
    matches: (text) =>
      isPrefix ? text.startsWith(longest) : text.includes(longest) && machine(text, anchoredAtTheEnds),
    matchesWords: (text) => text.includes(longest) && machine(text, isWordBoundary),
  }
}

const anchoredAtTheEnds = undefined

/** Whether `wanted` stands in `text` between two word boundaries. Both in the same case. Plain text, no wildcards. */
export function containsWords(text: string, wanted: string): boolean {
  let at = text.indexOf(wanted)
  while (at !== -1) {
    if (isWordBoundary(text, at) && isWordBoundary(text, at + wanted.length)) return true
    if (at >= text.length) return false
    at = text.indexOf(wanted, at + 1)
  }
  return false
}

/**
 * Whether a word may start or end between `position - 1` and `position`: at the ends of the text, and beside any character
 * other than A–Z, a–z, 0–9 and `_`. Exactly the specification's sets: `å` counts as a boundary too.
 */
export function isWordBoundary(text: string, position: number): boolean {
  if (position <= 0 || position >= text.length) return true
  return !isWordUnit(text.charCodeAt(position - 1)) || !isWordUnit(text.charCodeAt(position))
}

function isWordUnit(unit: number): boolean {
  if (unit >= 0x61) return unit <= 0x7a // a–z
  if (unit >= 0x41) return unit <= 0x5a || unit === 0x5f // A–Z, _
  return unit >= 0x30 && unit <= 0x39 // 0–9
}
