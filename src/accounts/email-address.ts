// The one form of an e-mail address that stands for all ways to write it.
// spec: appendices #e-mail; Unicode §5.18 (caseless matching); RFC 5321 §4.1.2, §4.5.3.1; RFC 6531 §3.3

import { domainToASCII, domainToUnicode } from 'node:url'
import { fitsIn } from '#protocol/size-limits/size-limits.ts'

/** RFC 5321, in bytes. */
const MAX_LOCAL_PART = 64
const MAX_ADDRESS = 254

/** Words with dots between them (RFC 5322 `dot-atom`), other letters and marks too (RFC 6531). No quotes: what they allow, nobody uses but attackers. */
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
/** What may be read as a host name at all: the reader of names would pass over line feeds. */
const domainLetters = /^[\p{L}\p{M}\p{N}.-]+$/u
/** A host name of at least two labels whose last is no number: no address of a machine. */
const hostName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** The address in its canonical form, case-folded; undefined: it is none. */
export function canonicalEmail(address: string): string | undefined {
  if (address.length > MAX_ADDRESS) return undefined
  const at = address.lastIndexOf('@')
  const local = caseFolded(address.slice(0, at).normalize('NFC')).normalize('NFC')
  const written = address.slice(at + 1)
  const domain = domainLetters.test(written) ? domainToASCII(written) : ''
  if (at < 1 || !localPart.test(local) || !hostName.test(domain)) return undefined
  const canonical = `${local}@${domainToUnicode(domain)}`
  return fitsIn(local, MAX_LOCAL_PART) && fitsIn(canonical, MAX_ADDRESS) ? canonical : undefined
}

/** The ASCII form of a domain, in small letters, as settings and addresses are compared by it. */
export const domainOf = (address: string): string => domainToASCII(address.slice(address.lastIndexOf('@') + 1))

/**
 * Full case folding, letter by letter: small letters of capitals, so that ß becomes ss. The dotless ı folds to nothing but itself: through its
 * capital it would become i, and one person's address another's.
 */
const caseFolded = (text: string): string =>
  Array.from(text, (letter) => (letter === 'ı' ? letter : foldedLetter(letter))).join('')

/** By way of the small letter first: the capital ẞ has no other capital, its small letter has. */
const foldedLetter = (letter: string): string =>
  Array.from(letter.toLowerCase().toUpperCase(), (capital) => capital.toLowerCase()).join('')
