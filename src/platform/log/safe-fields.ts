// What may stand in a log line, whatever the caller hands over: plain values, never structures.
// An event, a request body, a header object or a session can therefore not end up in the log by mistake; errors are the one exception.

import type { LogFields } from './log-contract.ts'

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain }

/** Names under which secrets travel. The value is not written, whatever it is. */
const SECRET_NAME =
  /pass(word|phrase)|secret|token|authorization|cookie|credential|private_?key|signing_?key|session_?key|^(body|content|seed|key)$/i

/** Secrets inside text: query parameters and headers quoted by error messages, and the password of a connection URL. */
const SECRET_IN_TEXT =
  /((?:access_?token|refresh_?token|login_?token|password|secret|sig)["']?\s*[=:]\s*["']?|bearer\s+)[^\s&"',;]+|(:\/\/[^\s:/@]+:)[^\s@/]+(?=@)/gi

/** A line stays readable, and a hostile string cannot fill the disk faster than the request that carried it. */
const LONGEST_TEXT = 2048
const MOST_ITEMS = 20
/** An error, its cause, and theirs: deeper chains tell nothing more. */
const DEEPEST_CAUSE = 4

/** @returns fields of which every value is plain; secrets are replaced by `[redacted]`, structures by `[object]`. */
export function safeFields(fields: LogFields): Record<string, Plain> {
  const safe: Record<string, Plain> = {}
  for (const name in fields) {
    const value = fields[name]
    if (value === undefined) continue
    safe[name] = typeof value === 'number' ? value : SECRET_NAME.test(name) ? '[redacted]' : safeValue(value)
  }
  return safe
}

export function safeText(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
  return short.replace(SECRET_IN_TEXT, '$1$2[redacted]')
}

function safeValue(value: unknown): Plain {
  switch (typeof value) {
    case 'string':
      return safeText(value)
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      return value.toString()
    case 'object':
      if (value === null) return null
      if (value instanceof Error) return safeError(value, 0)
      if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(safeItem)
      return '[object]'
    default:
      return `[${typeof value}]`
  }
}

function safeItem(item: unknown): Plain {
  return Array.isArray(item) ? '[array]' : safeValue(item)
}

function safeError(error: Error, depth: number): Plain {
  const safe: Record<string, Plain> = { name: safeText(error.name), message: safeText(error.message) }
  if ('code' in error && typeof error.code === 'string') safe['code'] = error.code
  safe['stack'] = safeText(framesOf(error))
  if (error.cause instanceof Error && depth < DEEPEST_CAUSE) safe['cause'] = safeError(error.cause, depth + 1)
  return safe
}

/** The stack without the message, which stands beside it. */
function framesOf(error: Error): string {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  const start = stack.indexOf('\n    at ')
  return start === -1 ? '' : stack.slice(start + 1)
}
