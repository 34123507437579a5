// Finds what a file imports: static, type-only, side-effect and dynamic imports, re-exports and `import('…')` types.
// spec: ECMA-262 §16.2 (modules)

import type { Token } from './tokens.ts'

export type Import = {
  /** As written: `#rooms/rooms.ts`, `./append.ts`, `zod`, `node:fs`. */
  readonly specifier: string
  readonly line: number
  /** The names taken from it, as the other file calls them; empty for `*`, side effects and `import('…')`. */
  readonly names: readonly string[]
}

/** @param tokens - of one file, in order */
export function readImports(tokens: readonly Token[]): Import[] {
  const found: Import[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || tokens[index - 1]?.text === '.') continue
    const read =
      token.text === 'import'
        ? importAt(tokens, index)
        : token.text === 'export'
          ? reExportAt(tokens, index)
          : undefined
    if (read !== undefined) found.push(read)
  }
  return found
}

function importAt(tokens: readonly Token[], index: number): Import | undefined {
  const next = tokens[index + 1]
  if (next === undefined || isMark(next, '.')) return undefined // import.meta
  if (next.kind === 'string') return { specifier: next.text, line: next.line, names: [] }
  if (isMark(next, '(')) {
    const specifier = tokens[index + 2]
    return specifier?.kind === 'string' ? { specifier: specifier.text, line: specifier.line, names: [] } : undefined
  }
  return next.kind === 'word' || isMark(next, '{') || isMark(next, '*') ? clauseAt(tokens, index + 1) : undefined
}

function reExportAt(tokens: readonly Token[], index: number): Import | undefined {
  const first = tokens[index + 1]?.text === 'type' ? index + 2 : index + 1
  const next = tokens[first]
  return next !== undefined && (isMark(next, '{') || isMark(next, '*')) ? clauseAt(tokens, first) : undefined
}

/** Reads `{ a, b as c } from 'x'` and its relatives; an export list without `from` imports nothing. */
function clauseAt(tokens: readonly Token[], first: number): Import | undefined {
  const names: string[] = []
  const depth = tokens[first]?.depth ?? 0
  for (let at = first; at < tokens.length; at += 1) {
    const token = tokens[at]
    if (token === undefined) return undefined
    if (token.depth === depth && token.kind === 'word' && token.text === 'from' && tokens[at + 1]?.kind === 'string') {
      return { specifier: tokens[at + 1]?.text ?? '', line: tokens[at + 1]?.line ?? token.line, names }
    }
    if (token.depth > depth && isName(tokens, at)) names.push(token.text)
    if (token.depth === depth && endsClause(tokens, at, first)) return undefined
  }
  return undefined
}

/** A name in braces: not the word `type` before a name, not `as` and not what follows it. */
function isName(tokens: readonly Token[], at: number): boolean {
  if (tokens[at]?.kind !== 'word' || tokens[at]?.text === 'as' || tokens[at - 1]?.text === 'as') return false
  return tokens[at]?.text !== 'type' || tokens[at + 1]?.kind !== 'word'
}

/** At the clause's own level only words, `{`, `}`, `*` and `,` may stand; anything else is another statement. */
function endsClause(tokens: readonly Token[], at: number, first: number): boolean {
  const token = tokens[at]
  if (token === undefined || token.kind === 'word') return false
  if (token.kind !== 'mark' || !'{}*,'.includes(token.text)) return true
  return isMark(token, '{') && at !== first && !isMark(tokens[at - 1], ',') && tokens[at - 1]?.text !== 'type'
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text
}
