// Reads TypeScript into tokens: words, strings, marks. Enough to find imports and forbidden forms without being misled by
// comments, strings, templates or regular expressions. It does not parse: the type checker does that.
// spec: docs/architecture.md §3

export type Token = {
  readonly kind: 'word' | 'string' | 'template' | 'regex' | 'mark'
  /** The word, the mark, or the content of a string without its quotes. */
  readonly text: string
  /** Counted from 1. */
  readonly line: number
  /** How many brackets of any kind are open around the token: 0 is the top level of the file. */
  readonly depth: number
}

/** After these words an expression begins, so a slash opens a regular expression. */
const WORDS_BEFORE_EXPRESSION = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'await',
  'yield',
  'throw',
  'new',
])

const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*|\d[\w.]*/uy
const BLANK = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const STRING = /'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)"/y
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const TEMPLATE_PIECE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(`|\$\{)/y

/**
 * @param source - the text of one TypeScript file that the type checker accepts
 * @returns its tokens in order; the code inside `${…}` of a template is read like any other code
 */
export function readTokens(source: string): Token[] {
  const tokens: Token[] = []
  /** What each open bracket is: a template's `${` continues the template when it closes. */
  const open: string[] = []
  let position = source.startsWith('#!') ? source.indexOf('\n') : 0
  let line = 1

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position
    return pattern.exec(source)
  }
  const take = (kind: Token['kind'], length: number, text: string): void => {
    tokens.push({ kind, text, line, depth: open.length })
    advance(length)
  }
  const advance = (length: number): void => {
    for (let at = position; at < position + length; at += 1) if (source[at] === '\n') line += 1
    position += length
  }
  const takeTemplatePiece = (): void => {
    const piece = match(TEMPLATE_PIECE)
    if (piece === null) throw new Error(`a template that begins on line ${line} does not end`)
    take('template', piece[0].length, piece[0])
    if (piece[1] === '${') open.push('${')
  }

  while (position < source.length) {
    const blank = match(BLANK)
    if (blank !== null) {
      advance(blank[0].length)
      continue
    }
    const word = match(WORD)
    if (word !== null) {
      take('word', word[0].length, word[0])
      continue
    }
    const string = match(STRING)
    if (string !== null) {
      take('string', string[0].length, string[1] ?? string[2] ?? '')
      continue
    }
    const mark = source[position] ?? ''
    if (mark === '`') {
      advance(1)
      takeTemplatePiece()
      continue
    }
    if (mark === '/' && expressionMayBegin(tokens.at(-1))) {
      const regex = match(REGEX)
      if (regex !== null) {
        take('regex', regex[0].length, regex[0])
        continue
      }
    }
    const closed = '}])'.includes(mark) ? open.pop() : undefined
    take('mark', 1, mark)
    if ('{[('.includes(mark)) open.push(mark)
    if (closed === '${') takeTemplatePiece()
  }
  return tokens
}

function expressionMayBegin(before: Token | undefined): boolean {
  if (before === undefined) return true
  if (before.kind === 'word') return WORDS_BEFORE_EXPRESSION.has(before.text)
  return before.kind === 'mark' && !')]}'.includes(before.text)
}
