// Event IDs: with a server part in room versions 1 and 2, a hash since 3, a URL-safe hash since 4.
// spec: appendices #event-ids; rooms/v1, v3, v4 #event-ids

import type { EventId, ServerName } from './identifier-types.ts'
import { isLocalpartAndServer, localpart, serverPart } from './localpart-and-server.ts'

// 32 bytes are 43 characters of unpadded base64; only these characters can be the last, which carries four bits.
const hash = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/
const urlSafeHash = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** An event ID of any room version. */
export function parseEventId(text: string): EventId | undefined {
  if (!text.startsWith('$')) return undefined
  if (isHashEventId(text)) return text as EventId
  return isLocalpartAndServer(text, '$') && localpart(text) !== '' ? (text as EventId) : undefined
}

/** True for an event ID that is a hash (since v3), in either alphabet. */
export function isHashEventId(text: string): boolean {
  const digest = text.slice(1)
  return urlSafeHash.test(digest) || hash.test(digest)
}

/** True for 32 bytes in unpadded URL-safe base64. */
export const isUrlSafeHash = (text: string): boolean => urlSafeHash.test(text)

/** The server in an event ID of room versions 1 and 2, undefined for a hash. */
export const serverOfEventId = (eventId: EventId): ServerName | undefined =>
  eventId.includes(':') ? serverPart(eventId) : undefined

/** True for an event ID in the format of one room version: a server part (v1, v2), a hash (v3), a URL-safe hash (since v4). */
export function isEventIdOfFormat(text: string, format: 'field' | 'hash' | 'hash-url-safe'): boolean {
  if (text[0] !== '$') return false
  if (format === 'hash-url-safe') return text.length === 44 && urlSafeHash.test(text.slice(1))
  if (format === 'hash') return text.length === 44 && hash.test(text.slice(1))
  return isLocalpartAndServer(text, '$') && localpart(text) !== ''
}
