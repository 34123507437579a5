// Arrays as PostgreSQL reads them in text form. The driver's own way escapes each element twice and copies; this is on the path of every event.
// spec: PostgreSQL 8.15.6 (array input and output syntax)

import type { SqlScalar } from './statement.ts'

const needsEscape = /["\\]/
const escaped = /["\\]/g

/** The text form of a one-dimensional array. Strings are always quoted, so that NULL, commas, braces and spaces are data. */
export function arrayLiteral(values: readonly SqlScalar[]): string {
  if (values.length === 0) return '{}'
  let text = `{${element(values[0])}`
  for (let i = 1; i < values.length; i++) text += `,${element(values[i])}`
  return `${text}}`
}

function element(value: SqlScalar | undefined): string {
  if (typeof value === 'string') return quoted(value)
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'object') return `"\\\\x${asBuffer(value).toString('hex')}"`
  return String(value)
}

function quoted(text: string): string {
  return needsEscape.test(text) ? `"${text.replace(escaped, '\\$&')}"` : `"${text}"`
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
