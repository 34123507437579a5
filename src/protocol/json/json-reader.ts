// Reads JSON one character at a time: the careful way, for texts that are not the plain output of a serializer.
// spec: RFC 8259; appendices #canonical-json; proposals/4458

import type { JsonFault, NumberReading } from './json-fault.ts'
import type { Json, JsonObject } from './json-value.ts'
import { readFaithfully, readVerbatim } from './raw-number.ts'

export interface ReaderOptions {
  readonly numbers: NumberReading
  readonly maxDepth: number
}

/** What `readJson` throws; `parseJson` turns it into a result. */
export class JsonReadError extends Error {
  readonly fault: JsonFault
  constructor(fault: JsonFault) {
    super(fault)
    this.fault = fault
  }
}

interface Cursor {
  readonly text: string
  readonly options: ReaderOptions
  at: number
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d]
const numberAt = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y

/** Reads exactly one JSON value. Recursion is bounded by `maxDepth`. Throws `JsonReadError`, nothing else. */
export function readJson(text: string, options: ReaderOptions): Json {
  const cursor = { text, options, at: 0 }
  const value = readValue(cursor, 0)
  if (nextToken(cursor) === nothing) return value
  throw new JsonReadError('syntax')
}

const nothing = -1

function nextToken(cursor: Cursor): number {
  while (cursor.at < cursor.text.length) {
    const code = cursor.text.charCodeAt(cursor.at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code
    cursor.at += 1
  }
  return nothing
}

function readValue(cursor: Cursor, depth: number): Json {
  const code = nextToken(cursor)
  if (code === QUOTE) return readString(cursor)
  if (code === OPEN_BRACE) return readObject(cursor, depth + 1)
  if (code === OPEN_BRACKET) return readArray(cursor, depth + 1)
  if (code === 0x74) return readWord(cursor, 'true', true)
  if (code === 0x66) return readWord(cursor, 'false', false)
  if (code === 0x6e) return readWord(cursor, 'null', null)
  return readNumber(cursor)
}

function readObject(cursor: Cursor, depth: number): JsonObject {
  enter(cursor, depth)
  const object: JsonObject = {}
  if (nextToken(cursor) === CLOSE_BRACE) return leave(cursor, object)
  for (;;) {
    expect(cursor, QUOTE, 'stay')
    const key = readString(cursor)
    expect(cursor, COLON, 'step')
    if (Object.hasOwn(object, key)) throw new JsonReadError('duplicate-key')
    define(object, key, readValue(cursor, depth))
    if (nextToken(cursor) === CLOSE_BRACE) return leave(cursor, object)
    expect(cursor, COMMA, 'step')
    nextToken(cursor)
  }
}

function readArray(cursor: Cursor, depth: number): Json[] {
  enter(cursor, depth)
  const array: Json[] = []
  if (nextToken(cursor) === CLOSE_BRACKET) return leave(cursor, array)
  for (;;) {
    array.push(readValue(cursor, depth))
    if (nextToken(cursor) === CLOSE_BRACKET) return leave(cursor, array)
    expect(cursor, COMMA, 'step')
  }
}

function enter(cursor: Cursor, depth: number): void {
  if (depth > cursor.options.maxDepth) throw new JsonReadError('too-deep')
  cursor.at += 1
}

function leave<Value>(cursor: Cursor, value: Value): Value {
  cursor.at += 1
  return value
}

function expect(cursor: Cursor, code: number, then: 'step' | 'stay'): void {
  if (nextToken(cursor) !== code) throw new JsonReadError('syntax')
  if (then === 'step') cursor.at += 1
}

/** An assignment to `__proto__` would change the prototype instead of making a member. */
function define(object: JsonObject, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
}

function readString(cursor: Cursor): string {
  const start = cursor.at
  let end = cursor.text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(cursor.text, start, end)) end = cursor.text.indexOf('"', end + 1)
  if (end === -1) throw new JsonReadError('syntax')
  cursor.at = end + 1
  const value = readEscapes(cursor.text.slice(start, end + 1))
  if (!value.isWellFormed()) throw new JsonReadError('lone-surrogate')
  return value
}

/** A quotation mark is part of the string when an odd number of backslashes stands before it. */
function isEscaped(text: string, start: number, quote: number): boolean {
  let at = quote - 1
  while (at > start && text.charCodeAt(at) === BACKSLASH) at -= 1
  return (quote - at) % 2 === 0
}

/** The platform's own reader knows escapes and refuses bare control characters; here it sees one string at a time. */
function readEscapes(quoted: string): string {
  try {
    return String(JSON.parse(quoted))
  } catch {
    throw new JsonReadError('syntax')
  }
}

function readWord<Value>(cursor: Cursor, word: string, value: Value): Value {
  if (!cursor.text.startsWith(word, cursor.at)) throw new JsonReadError('syntax')
  cursor.at += word.length
  return value
}

function readNumber(cursor: Cursor): Json {
  numberAt.lastIndex = cursor.at
  const text = numberAt.exec(cursor.text)?.[0]
  if (text === undefined) throw new JsonReadError('syntax')
  cursor.at += text.length
  return numberFrom(text, cursor.options.numbers)
}

function numberFrom(text: string, numbers: NumberReading): Json {
  if (numbers === 'integers') return integerFrom(text)
  if (numbers === 'verbatim') return readVerbatim(text)
  const value = numbers === 'faithful' ? readFaithfully(text) : Number(text)
  if (value === undefined || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw new JsonReadError('unsafe-integer')
  }
  return Object.is(value, -0) ? 0 : value
}

function integerFrom(text: string): number {
  if (/[.eE]/.test(text)) throw new JsonReadError('float')
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new JsonReadError('unsafe-integer')
  return value === 0 ? 0 : value
}
