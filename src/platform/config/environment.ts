// Settings from the environment: SAMBAND_LOG__LEVEL=debug, SAMBAND_LISTENERS__0__PORT=8448.
// Two underscores go one level down. They stand above the file.

import { parse } from 'yaml'
import { type Outline, outlineAt } from './outline.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const PREFIX = 'SAMBAND_'

/** Names that are not settings: the path of the configuration file. */
const NOT_SETTINGS = new Set(['SAMBAND_CONFIG'])

export interface EnvironmentSetting {
  readonly variable: string
  readonly path: readonly (string | number)[]
  readonly value: unknown
}

/** As 2 comes before 10. */
const byNumber = new Intl.Collator('en', { numeric: true })

/** The settings in the environment, in the order of their names, so that list items come by number. */
export function settingsFrom(environment: Environment, outline: Outline): EnvironmentSetting[] {
  const settings: EnvironmentSetting[] = []
  for (const variable of Object.keys(environment).sort(byNumber.compare)) {
    const written = environment[variable]
    if (written === undefined || !variable.startsWith(PREFIX) || NOT_SETTINGS.has(variable)) continue
    const path = variable.slice(PREFIX.length).toLowerCase().split('__').map(step)
    settings.push({ variable, path, value: settingValue(written, outlineAt(outline, path)) })
  }
  return settings
}

/**
 * Puts a setting into the data of the file.
 *
 * @returns false when something on the way is no group or list, a name is empty, or a list would get a hole: then nothing is changed.
 */
export function put(data: Record<string, unknown>, { path, value }: EnvironmentSetting): boolean {
  const [first, ...rest] = path
  if (first === undefined || path.includes('')) return false
  return place(data, first, rest, value)
}

function place(into: object, step: string | number, rest: readonly (string | number)[], value: unknown): boolean {
  if (Array.isArray(into) && (typeof step !== 'number' || step > into.length)) return false
  const [next, ...further] = rest
  if (next === undefined) {
    Reflect.set(into, step, value)
    return true
  }
  const existing: unknown = Object.hasOwn(into, step) ? Reflect.get(into, step) : undefined
  const inner = existing ?? (typeof next === 'number' ? [] : {})
  if (typeof inner !== 'object' || inner === null || !place(inner, next, further, value)) return false
  Reflect.set(into, step, inner)
  return true
}

function step(text: string): string | number {
  return /^\d{1,4}$/.test(text) ? Number(text) : text
}

/** Text is taken as it stands (a secret may look like a number); everything else as in the file. */
function settingValue(written: string, outline: Outline | undefined): unknown {
  if (outline === undefined || outline.isText) return written
  try {
    return parse(written)
  } catch {
    return written
  }
}
