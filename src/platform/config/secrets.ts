// Secrets that stand in files of their own: `url_file: /run/secrets/url` gives `url`.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { nameOf, type Places, valueAt } from './explain.ts'
import type { Outline } from './outline.ts'
import type { Problem } from './problem.ts'

const SUFFIX = '_file'

/** Reads every secret file into the setting that it stands for. @returns what is wrong with them. */
export async function readSecrets(
  data: Record<string, unknown>,
  outline: Outline,
  places: Places,
  folder: string,
): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const path of secretPaths(outline, [])) {
    const group = valueAt(data, path.slice(0, -1))
    const fileName = path.at(-1) ?? ''
    const file = valueAt(data, path)
    if (typeof file !== 'string' || typeof group !== 'object' || group === null) continue
    const name = fileName.slice(0, -SUFFIX.length)
    const problem = await readSecret(group, name, resolve(folder, file))
    if (problem) problems.push({ where: places.whereIs(path), what: `"${nameOf(path)}": ${problem}` })
  }
  return problems
}

async function readSecret(group: object, name: string, file: string): Promise<string | undefined> {
  if (Object.hasOwn(group, name)) return `"${name}" is given as well; keep one of the two`
  try {
    const secret = (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
    if (secret === '') return `${file} is empty`
    Reflect.set(group, name, secret)
    return undefined
  } catch {
    return `${file} cannot be read; check the path and that the server's user may read it`
  }
}

/** Paths of `x_file` beside an `x`. */
function secretPaths(outline: Outline, path: readonly string[]): string[][] {
  const found: string[][] = []
  for (const [name, inner] of outline.names) {
    const isSecret = name.endsWith(SUFFIX) && outline.names.has(name.slice(0, -SUFFIX.length))
    if (isSecret) found.push([...path, name])
    else found.push(...secretPaths(inner, [...path, name]))
  }
  return found
}
