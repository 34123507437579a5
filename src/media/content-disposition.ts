// The name of a file in a header: written so that every browser reads it, read so that nothing in it can do harm.
// spec: RFC 6266; RFC 8187; client-server-api, GET /_matrix/client/v1/media/download/{serverName}/{mediaId}

import { fitsIn } from '#protocol/size-limits/size-limits.ts'

/** What file systems allow is 255 bytes; some clients put a path in. */
const MAX_NAME_BYTES = 1024
/** A header is read up to here. */
const MAX_HEADER = 8 * 1024

/** A name that can be stored and shown; undefined for one that cannot: empty, too long, with control characters. */
export function parseFileName(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || !fitsIn(text, MAX_NAME_BYTES) || !text.isWellFormed()) return undefined
  return hasControls(text) ? undefined : text
}

/** The header. */
export function contentDisposition(kind: 'inline' | 'attachment', fileName: string | undefined): string {
  if (fileName === undefined) return kind
  if (/^[\x20-\x7e]+$/.test(fileName)) return `${kind}; filename="${fileName.replace(/["\\]/g, '\\$&')}"`
  return `${kind}; filename*=utf-8''${encodeExtended(fileName)}`
}

/** The file name in another server's header; the extended form wins. Undefined when there is none that can be used. */
export function fileNameIn(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_HEADER) return undefined
  return parseFileName(extendedName(header) ?? plainName(header))
}

function extendedName(header: string): string | undefined {
  const encoded = /;\s*filename\*\s*=\s*utf-8'[^']*'([^\s;"]*)/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

function plainName(header: string): string | undefined {
  const match = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(header)
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2]
}

// What `encodeURIComponent` leaves and RFC 8187 does not allow: ' ( ) * (and it encodes more than it must, which is no harm).
const encodeExtended = (text: string): string =>
  encodeURIComponent(text).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return true
  }
  return false
}
