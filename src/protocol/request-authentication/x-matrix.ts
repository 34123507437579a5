// The Authorization header of the scheme X-Matrix.
// spec: server-server-api #request-authentication; RFC 9110 §5.6.1 (lists), §5.6.4 (quoted strings), §11.4 (parameters)

import type { Base64 } from '#protocol/crypto/crypto.ts'
import { type KeyId, parseKeyId, parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'

export interface XMatrix {
  readonly origin: ServerName
  /** Undefined: an older server that does not send it. */
  readonly destination: ServerName | undefined
  readonly key: KeyId
  readonly sig: Base64
}

/** Two server names and a key ID of 255 characters and a signature of 88, all escaped, need 1,700: the rest is parameters of the future. */
const MAX_HEADER_LENGTH = 4096

const scheme = /^x-matrix +/i
const parameter =
  /[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)"|([\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+))[ \t]*/y
const emptyElement = /[ \t]*(?=,|$)/y

/**
 * Reads the header. Undefined for another scheme, a syntax error, a parameter given twice, or names and keys that are none.
 *
 * Tolerates what the specification names: names in any case, any order, white space around commas, quoted or bare values, escapes in
 * quotes, bare values with colons (and whatever else is no comma, quotation mark, backslash or space), unknown parameters, no
 * destination.
 */
export function parseXMatrix(header: string): XMatrix | undefined {
  const start = header.length <= MAX_HEADER_LENGTH ? scheme.exec(header) : null
  const parameters = start === null ? undefined : readParameters(header, start[0].length)
  if (parameters === undefined) return undefined
  const origin = parseServerName(parameters.get('origin') ?? '')
  const key = parseKeyId(parameters.get('key') ?? '')
  // The list of parameters in the specification says `signature`, its examples and all servers say `sig`.
  const sig = parameters.get('sig') ?? parameters.get('signature')
  if (origin === undefined || key === undefined || sig === undefined) return undefined
  const named = parameters.get('destination')
  const destination = named === undefined ? undefined : parseServerName(named)
  if (named !== undefined && destination === undefined) return undefined
  return { origin, destination, key, sig }
}

function readParameters(header: string, start: number): Map<string, string> | undefined {
  const parameters = new Map<string, string>()
  let at = start
  for (;;) {
    const element = matchAt(parameter, header, at)
    const skipped = element ?? matchAt(emptyElement, header, at)
    if (skipped === undefined) return undefined
    if (element !== undefined && !add(parameters, element)) return undefined
    at += skipped[0].length
    if (at === header.length) return parameters
    if (header[at] !== ',') return undefined
    at += 1
  }
}

function add(parameters: Map<string, string>, [, name = '', quoted, bare]: RegExpExecArray): boolean {
  const key = name.toLowerCase()
  if (parameters.has(key)) return false
  parameters.set(key, bare ?? (quoted ?? '').replace(/\\(.)/g, '$1'))
  return true
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

/** Writes the header the way that older servers read too: one space, lower case, quotes, no white space, no escapes. */
export function formatXMatrix({ origin, destination, key, sig }: XMatrix): string {
  const to = destination === undefined ? '' : `destination="${destination}",`
  return `X-Matrix origin="${origin}",${to}key="${key}",sig="${sig}"`
}
