// The rules about how a file is written that the linter does not know or that must not be switched off by a comment in the file.
// spec: CONTRIBUTING.md

import { basename } from 'node:path'
import type { Finding } from './finding.ts'
import { isForTests, type SourceFile } from './sources.ts'
import type { Token } from './tokens.ts'

/** Type stripping cannot run enums; a union of strings says the same. */
export function enums(files: readonly SourceFile[]): Finding[] {
  return eachToken(files, (tokens, at) =>
    isWord(tokens, at, 'enum') &&
    tokens[at + 1]?.kind === 'word' &&
    tokens[at + 2]?.text === '{' &&
    tokens[at - 1]?.text !== '.'
      ? 'no enums: write a union of strings, or an object with `as const`.'
      : undefined,
  )
}

/** A name that the importing file chooses cannot be searched for. */
export function defaultExports(files: readonly SourceFile[]): Finding[] {
  return eachToken(files, (tokens, at) =>
    isWord(tokens, at, 'default') && ['export', 'as'].includes(tokens[at - 1]?.text ?? '') && insideExport(tokens, at)
      ? 'no default exports: export it by its name.'
      : undefined,
  )
}

export function castsToAny(files: readonly SourceFile[]): Finding[] {
  return eachToken(files, (tokens, at) =>
    isWord(tokens, at, 'any') &&
    (isWord(tokens, at - 1, 'as') || (tokens[at - 1]?.text === '<' && tokens[at + 1]?.text === '>'))
      ? 'no `any`: parse the value, or take it as `unknown`.'
      : undefined,
  )
}

/** What changes belongs to a tenant or a process object: two tenants in one process must not meet in a variable. */
export function changingModules(files: readonly SourceFile[]): Finding[] {
  const program = files.filter((file) => !isForTests(file.path)) // a test file is one run: what `before` starts, `after` stops
  return eachToken(program, (tokens, at) =>
    tokens[at]?.depth === 0 &&
    (isWord(tokens, at, 'let') || isWord(tokens, at, 'var')) &&
    tokens[at + 1]?.kind === 'word'
      ? 'nothing mutable at module level: give it to an object that someone makes.'
      : undefined,
  )
}

/** SQL lives in a module's `store/`; the platform's own parts of the database may write it where they are. */
export function statementsOutsideStores(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => {
    if (isForTests(file.path) || file.path.includes('/store/') || file.path.startsWith('src/platform/database/'))
      return []
    return file.imports
      .filter((read) => read.specifier.startsWith('#platform/database/') && read.names.includes('statement'))
      .map((read) => ({
        path: file.path,
        line: read.line,
        sentence: 'SQL statements live in the store/ folder of their module.',
      }))
  })
}

const NAMES_THAT_SAY_NOTHING = /^(utils?|helpers?|common|manager|base|misc)(\.test)?\.ts$/

export function namesThatSayNothing(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => NAMES_THAT_SAY_NOTHING.test(basename(file.path)))
    .map((file) => ({ path: file.path, line: 1, sentence: 'name the file by what it does.' }))
}

/** A reader learns on the first line what a file is; a test says it with the name that it shares with what it tests. */
export function filesWithoutOpening(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => !file.path.endsWith('.test.ts') && !/^(#![^\n]*\n)?\/[/*]/.test(file.text))
    .map((file) => ({ path: file.path, line: 1, sentence: 'open the file with a comment that says what it is.' }))
}

function eachToken(
  files: readonly SourceFile[],
  judge: (tokens: readonly Token[], at: number) => string | undefined,
): Finding[] {
  return files.flatMap((file) =>
    file.tokens.flatMap((token, at) => {
      const sentence = judge(file.tokens, at)
      return sentence === undefined ? [] : [{ path: file.path, line: token.line, sentence }]
    }),
  )
}

function isWord(tokens: readonly Token[], at: number, text: string): boolean {
  const token = tokens[at]
  return token?.kind === 'word' && token.text === text
}

/** `export default`, or `as default` within the braces of an export. */
function insideExport(tokens: readonly Token[], at: number): boolean {
  if (isWord(tokens, at - 1, 'export')) return true
  const opened = tokens.findLastIndex((token, index) => index < at && token.text === '{')
  return isWord(tokens, opened - 1, 'export')
}
