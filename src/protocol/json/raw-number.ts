// Numbers that a double cannot give back, kept as the text that is hashed. Only in room versions 1 to 5.
// spec: appendices #canonical-json (warning), rooms/v1 #canonical-json

import type { Json, JsonObject } from './json-value.ts'

// JSON.rawJSON makes a frozen object that JSON.stringify writes as the bare text; the compiler's library does not know it yet.
const json = JSON as unknown as {
  rawJSON(text: string): JsonObject
  isRawJSON(value: unknown): value is JsonObject & { readonly rawJSON: string }
}

/** The text of a number kept by the `faithful` reading, else undefined. */
export function rawNumberText(value: Json): string | undefined {
  return json.isRawJSON(value) ? value.rawJSON : undefined
}

/**
 * Reads the text of a JSON number so that writing it again gives the text that was hashed by its sender.
 *
 * Events of room versions 1 to 5 come from servers whose integers are unbounded and whose fractions keep their point (`1.0`,
 * `1e+16`): a double's own text would give another hash. Undefined where a double overflows.
 */
export function readFaithfully(text: string): Json | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return isInteger(text) ? json.rawJSON(text) : undefined
  const canonical = isInteger(text) ? integerText(text) : fractionText(value)
  return canonical === String(value) ? value : json.rawJSON(canonical)
}

/** Reads the text of a JSON number so that writing it again gives this text, whatever another server would have made of it. */
export function readVerbatim(text: string): Json {
  const value = Number(text)
  return isInteger(text) && String(value) === text ? value : json.rawJSON(text)
}

const isInteger = (text: string): boolean => !/[.eE]/.test(text)
const integerText = (text: string): string => (text === '-0' ? '0' : text)

/** The shortest text of a double, with a point or an exponent: exponents below −4 and from 16 on, at least two digits long. */
export function fractionText(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [digits = '', exponentText = '0'] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0')
    return `${digits}e${exponent < 0 ? '-' : '+'}${size}`
  }
  if (Number.isInteger(value)) return `${value}.0`
  return String(value)
}
