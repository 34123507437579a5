// Sizes that the protocol prescribes, in bytes of UTF-8. Face of the folder.
// spec: client-server-api #size-limits; rooms/v1 (auth_events, prev_events); appendices #user-identifiers

/** The whole event as canonical JSON, signatures included. */
export const MAX_EVENT_BYTES = 65_536
/** Of our own events: other servers count an empty `unsigned` (14 bytes) that they add, and refuse what is too large with it for good. */
export const MAX_OWN_EVENT_BYTES = MAX_EVENT_BYTES - 14
/** Identifiers, event types and state keys: bytes, not characters. */
export const MAX_IDENTIFIER_BYTES = 255
export const MAX_AUTH_EVENTS = 10
export const MAX_PREV_EVENTS = 20
/** PDUs of one federation transaction. */
export const MAX_PDUS_PER_TRANSACTION = 50
/** EDUs of one federation transaction. */
export const MAX_EDUS_PER_TRANSACTION = 100

/** The number of bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    // A surrogate pair is two units and four bytes: two for each half.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return bytes
}

/** True if a text needs at most `limit` bytes. Does not look at every character of a text that is short anyway. */
export function fitsIn(text: string, limit: number): boolean {
  if (text.length * 3 <= limit) return true
  return text.length <= limit && utf8Length(text) <= limit
}
