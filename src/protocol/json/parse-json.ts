// Reads JSON strictly and fast: the platform's reader where its answer can be proved right, our own where it cannot.
// spec: RFC 8259; appendices #canonical-json; proposals/4458

import { isWithinDepth } from './json-depth.ts'
import type { JsonFault, NumberReading } from './json-fault.ts'
import { JsonReadError, readJson } from './json-reader.ts'
import type { Json } from './json-value.ts'

// TextDecoder is no part of the language library; it is pure, so the protocol may use it.
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

/**
 * Levels of nesting that we read. Every walk over a value recurses, so a bound keeps the stack small (256 levels need about
 * 50 KB). Events have a lower bound of their own, so that one event that is too deep cannot spoil the transaction around it.
 */
export const MAX_JSON_DEPTH = 256

export interface ParseOptions {
  /** Default `any`. */
  readonly numbers?: NumberReading
  /** Levels; default `MAX_JSON_DEPTH`. */
  readonly maxDepth?: number
}

/** Either the value or why the text is refused. `null` is a value: look at `error`. */
export type ParsedJson =
  | { readonly ok: Json; readonly error?: undefined }
  | { readonly ok?: undefined; readonly error: JsonFault }

/**
 * Reads one JSON text, given as a string or as UTF-8 bytes. Never throws.
 *
 * Refuses what readers disagree about and signatures must not depend on: duplicate keys, lone surrogates, invalid UTF-8, a byte
 * order mark, unbounded nesting. `__proto__` becomes an ordinary own member. Look members up with `member` (json-access), since
 * objects inherit from Object.prototype.
 */
export function parseJson(input: string | Uint8Array, options: ParseOptions = {}): ParsedJson {
  const text = typeof input === 'string' ? input : decode(input)
  if (text === undefined) return { error: 'not-utf-8' }
  const reader = { numbers: options.numbers ?? 'any', maxDepth: options.maxDepth ?? MAX_JSON_DEPTH }
  const value = readPlain(text, reader)
  return value === undefined ? readCarefully(text, reader) : { ok: value }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    // A decoder per call: one that failed half way must not leave bytes behind for the next caller.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Every escaped surrogate is written `\ud…`, and only numbers with a point, an exponent or 16 digits can be unfit. */
const suspect = /\\u[dD]|[0-9][.eE][0-9+-]|[0-9]{16}/

/**
 * If writing the value gives the text back letter by letter, then no key was dropped, no number changed, no member moved.
 * Undefined: not proved, read it carefully.
 */
function readPlain(text: string, { maxDepth }: { maxDepth: number }): Json | undefined {
  if (suspect.test(text) || !text.isWellFormed()) return undefined
  try {
    const value: Json = JSON.parse(text)
    return JSON.stringify(value) === text && isWithinDepth(value, maxDepth) ? value : undefined
  } catch {
    return undefined
  }
}

function readCarefully(text: string, options: { numbers: NumberReading; maxDepth: number }): ParsedJson {
  try {
    return { ok: readJson(text, options) }
  } catch (error) {
    if (error instanceof JsonReadError) return { error: error.fault }
    throw error
  }
}
