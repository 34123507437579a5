// The TypeScript files of the project, with what they import.
// spec: docs/architecture.md §3

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Import, readImports } from './imports.ts'
import { readTokens, type Token } from './tokens.ts'

export type SourceFile = {
  /** From the project's folder, with slashes: `src/rooms/rooms.ts`. */
  readonly path: string
  readonly text: string
  readonly tokens: readonly Token[]
  readonly imports: readonly Import[]
}

/** The project's folder. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url))

/** Reads every TypeScript file below `folder`, a path from the project's folder; a folder that is not there has none. */
export function readSources(folder: string): SourceFile[] {
  return filesBelow(folder).map((path) => sourceFile(path, readFileSync(join(projectFolder, path), 'utf8')))
}

/** A file from its text: what the rules look at. */
export function sourceFile(path: string, text: string): SourceFile {
  const tokens = readTokens(text)
  return { path, text, tokens, imports: readImports(tokens) }
}

/**
 * @returns the project's path of what a file imports (`src/rooms/rooms.ts`), or undefined for a package or a part of Node
 */
export function importedPath(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  return undefined
}

/** @returns the package's name (`zod`, `@node-rs/argon2`), or undefined for our own files and parts of Node */
export function packageName(specifier: string): string | undefined {
  if (/^[#.]|^node:/.test(specifier)) return undefined
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]
}

/** Tests and what only tests use: they may look inside modules and use any package. */
export function isForTests(path: string): boolean {
  return /(\.test|-for-tests|\/test(ing)?-[^/]*)\.ts$/.test(path) || /\/[^/]*-for-tests\//.test(path)
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(projectFolder, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => posix.relative(projectFolder, posix.join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules'))
    .sort()
}
