// Looks into JSON of unknown shape. Only own members count: a key chosen by a stranger must not find `constructor`.
// spec: appendices #canonical-json

import type { Json, JsonObject } from './json-value.ts'
import { rawNumberText } from './raw-number.ts'

/** True for a JSON object: no array, not null, no number kept as text. */
export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    rawNumberText(value as JsonObject) === undefined
  )
}

/** An own member of an object, undefined if it has none. */
export const member = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined

export function stringAt(object: JsonObject, key: string): string | undefined {
  const value = member(object, key)
  return typeof value === 'string' ? value : undefined
}

/** An integer in ±(2^53−1). */
export function integerAt(object: JsonObject, key: string): number | undefined {
  const value = member(object, key)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

export function booleanAt(object: JsonObject, key: string): boolean | undefined {
  const value = member(object, key)
  return typeof value === 'boolean' ? value : undefined
}

export function objectAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = member(object, key)
  return isObject(value) ? value : undefined
}

export function arrayAt(object: JsonObject, key: string): readonly Json[] | undefined {
  const value = member(object, key)
  return Array.isArray(value) ? value : undefined
}

/** An array of strings only; undefined if anything else is among them. */
export function stringsAt(object: JsonObject, key: string): readonly string[] | undefined {
  const value = arrayAt(object, key)
  return value?.every((item) => typeof item === 'string') ? (value as readonly string[]) : undefined
}

/** A number as a double, also one that the `faithful` reading kept as text. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'object' || value === null) return undefined
  const text = rawNumberText(value)
  return text === undefined ? undefined : Number(text)
}

/** A shallow copy without some members. `__proto__` stays an ordinary member. */
export function withoutMembers(object: JsonObject, ...names: readonly string[]): JsonObject {
  const copy = { ...object }
  for (const name of names) delete copy[name]
  return copy
}

/** A shallow copy with one member set, whatever its name. */
export function withMember(object: JsonObject, name: string, value: Json): JsonObject {
  return { ...object, [name]: value }
}
