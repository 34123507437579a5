// Canonical JSON: the one text of a value that is hashed and signed.
// spec: appendices #canonical-json; rooms/v1 and rooms/v6 #canonical-json

import type { JsonFault, NumberReading } from './json-fault.ts'
import type { Json, JsonObject } from './json-value.ts'
import { MAX_JSON_DEPTH } from './parse-json.ts'
import { fractionText, rawNumberText } from './raw-number.ts'

/** Thrown where a value has no canonical form. */
export class CanonicalJsonError extends Error {
  readonly fault: JsonFault
  constructor(fault: JsonFault) {
    super(`The value has no canonical JSON: ${fault}.`)
    this.name = 'CanonicalJsonError'
    this.fault = fault
  }
}

/**
 * The canonical JSON of a value: no white space, keys sorted by code point, shortest escapes.
 *
 * `numbers`: `integers` (default, room version 6 and later, requests, keys) throws `CanonicalJsonError` for a fraction or an
 * integer outside ±(2^53−1); the others write what the reader kept. A member that is `undefined` is left out, as if it were not
 * there. Throws for lone surrogates and for nesting beyond `MAX_JSON_DEPTH`.
 */
export function canonicalJson(value: Json, numbers: NumberReading = 'integers'): string {
  return writeValue(value, numbers, 0)
}

function writeValue(value: Json, numbers: NumberReading, depth: number): string {
  if (typeof value === 'string') return canonicalString(value)
  if (typeof value === 'number') return writeNumber(value, numbers)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value === null) return 'null'
  if (typeof value !== 'object') throw new CanonicalJsonError('not-json')
  if (depth === MAX_JSON_DEPTH) throw new CanonicalJsonError('too-deep')
  return Array.isArray(value) ? writeArray(value, numbers, depth + 1) : writeObject(value, numbers, depth + 1)
}

function writeArray(array: readonly Json[], numbers: NumberReading, depth: number): string {
  let text = '['
  for (let index = 0; index < array.length; index += 1) {
    if (index > 0) text += ','
    text += writeValue(array[index] as Json, numbers, depth)
  }
  return `${text}]`
}

function writeObject(object: JsonObject, numbers: NumberReading, depth: number): string {
  const keys = sortedKeys(object)
  if (keys.length === 1 && keys[0] === 'rawJSON') {
    const raw = rawNumberText(object)
    if (raw !== undefined) return writeRawNumber(raw, numbers)
  }
  let text = '{'
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string
    const value = object[key]
    if (value === undefined) continue
    text += `${text.length > 1 ? ',' : ''}${canonicalString(key)}:${writeValue(value, numbers, depth)}`
  }
  return `${text}}`
}

function writeNumber(value: number, numbers: NumberReading): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : `${value}`
  if (!Number.isFinite(value)) throw new CanonicalJsonError('not-json')
  if (numbers === 'integers') throw new CanonicalJsonError(Number.isInteger(value) ? 'unsafe-integer' : 'float')
  return numbers === 'faithful' && !Number.isInteger(value) ? fractionText(value) : `${value}`
}

function writeRawNumber(text: string, numbers: NumberReading): string {
  if (numbers === 'integers') throw new CanonicalJsonError(/[.e]/.test(text) ? 'float' : 'unsafe-integer')
  return text
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be escaped.
const needsCare = /["\\\u0000-\u001f\ud800-\udfff]/

/** A string in canonical JSON, quotes included. Throws for a lone surrogate. */
export function canonicalString(value: string): string {
  if (!needsCare.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new CanonicalJsonError('lone-surrogate')
  return JSON.stringify(value)
}

const hasSurrogate = /[\ud800-\udfff]/

/** The own keys of an object in code point order. */
export function sortedKeys(object: JsonObject): string[] {
  const keys = Object.keys(object)
  let sorted = true
  let wide = false
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string
    if (index > 0 && (keys[index - 1] as string) >= key) sorted = false
    if (!wide && hasSurrogate.test(key)) wide = true
  }
  if (wide) return keys.sort(byCodePoint)
  return sorted ? keys : keys.sort()
}

/** UTF-16 puts the characters above U+FFFF before U+E000 to U+FFFF; code point order puts them last. */
function byCodePoint(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)]
    if (a !== b) return rank(a) - rank(b)
  }
  return left.length - right.length
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
