// The common form of identifiers: a sigil, a localpart without a colon, a colon, a server name.
// spec: appendices #common-identifier-format

import { fitsIn, MAX_IDENTIFIER_BYTES } from '#protocol/size-limits/size-limits.ts'
import type { ServerName } from './identifier-types.ts'
import { parseServerName } from './server-name.ts'

/** True if `text` is the sigil, any localpart without `:` and NUL (perhaps empty), `:` and a server name, within 255 bytes. */
export function isLocalpartAndServer(text: string, sigil: string): boolean {
  if (text[0] !== sigil || !fitsIn(text, MAX_IDENTIFIER_BYTES)) return false
  const colon = text.indexOf(':')
  if (colon === -1 || text.includes('\0') || !text.isWellFormed()) return false
  return parseServerName(text.slice(colon + 1)) !== undefined
}

/** What stands after the first colon: a localpart has none, a server name may. */
export const serverPart = (identifier: string): ServerName =>
  identifier.slice(identifier.indexOf(':') + 1) as ServerName

/** What stands between the sigil and the first colon. */
export const localpart = (identifier: string): string => identifier.slice(1, identifier.indexOf(':'))
