// Turns what the schema finds into sentences with a place.

import type { z } from 'zod'
import { nearestName } from './nearest-name.ts'
import { type Outline, outlineAt } from './outline.ts'
import type { Problem } from './problem.ts'

/** Where something was written: the file or an environment variable. */
export interface Places {
  whereIs(path: readonly PropertyKey[]): string
  whereIsName(path: readonly PropertyKey[], name: string): string
}

type Issue = z.core.$ZodIssue

export function explain(issue: Issue, outline: Outline, places: Places, data: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const valid = [...(outlineAt(outline, issue.path)?.names.keys() ?? [])]
    return issue.keys.map((key) => ({
      where: places.whereIsName(issue.path, key),
      what: unknownName([...issue.path, key], key, valid),
    }))
  }
  return [{ where: places.whereIs(issue.path), what: `"${nameOf(issue.path)}": ${wrongValue(issue, outline, data)}` }]
}

function unknownName(path: readonly PropertyKey[], key: string, valid: readonly string[]): string {
  const nearest = nearestName(key, valid)
  const advice = nearest === undefined ? `Known here: ${valid.join(', ')}.` : `Did you mean "${nearest}"?`
  return `unknown setting "${nameOf(path)}". ${advice}`
}

function wrongValue(issue: Issue, outline: Outline, data: unknown): string {
  if (issue.code === 'custom') return issue.message
  const expected = `expected ${outlineAt(outline, issue.path)?.expected ?? 'another value'}`
  const value = valueAt(data, issue.path)
  return value === undefined ? `is missing; ${expected}` : `${expected}, not ${shown(value)}`
}

/** A value of the wrong kind may still be a secret: only short plain values are shown. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value.length <= 40 ? `"${value}"` : 'this text'
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a group of settings'
  return String(value)
}

/** `listeners[0].port` */
export function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step}]`
    return name === '' ? String(step) : `${name}.${String(step)}`
  }, '')
}

export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let here = data
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined
    here = Reflect.get(here, step)
  }
  return here
}
