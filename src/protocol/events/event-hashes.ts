// The hashes of an event, and the IDs that follow from them.
// spec: server-server-api #calculating-the-content-hash-for-an-event, #calculating-the-reference-hash-for-an-event; rooms/v3, v4, v12

import type { Base64, Crypto } from '#protocol/crypto/crypto.ts'
import { type EventId, parseEventId, type RoomId, roomIdFromCreate } from '#protocol/identifiers/identifiers.ts'
import { objectAt, stringAt } from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { textsOf } from './event-texts.ts'
import type { Pdu } from './room-event.ts'

/** SHA-256 over the whole event but `hashes`, `signatures` and `unsigned`. */
export const contentHash = (pdu: Pdu, version: RoomVersion, crypto: Crypto): Base64 =>
  crypto.sha256(textsOf(pdu, version).hashed)

/** SHA-256 over the redacted event without `signatures` and `unsigned`, in standard base64. */
export const referenceHash = (pdu: Pdu, version: RoomVersion, crypto: Crypto): Base64 =>
  crypto.sha256(textsOf(pdu, version).essential)

/** True if `hashes.sha256` is the content hash. False may only mean that this copy of the event is redacted. */
export function verifyContentHash(pdu: Pdu, version: RoomVersion, crypto: Crypto): boolean {
  return isHashOf(pdu, textsOf(pdu, version).hashed, crypto)
}

/** As `verifyContentHash`, for a text that was made already. */
export function isHashOf(pdu: Pdu, hashedText: string, crypto: Crypto): boolean {
  const hashes = objectAt(pdu, 'hashes')
  const claimed = hashes === undefined ? undefined : stringAt(hashes, 'sha256')
  return claimed !== undefined && isSameHash(claimed, crypto.sha256(hashedText))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Compares 32 bytes in base64: padding does not count, nor do the two bits of the last character that carry nothing. */
function isSameHash(claimed: string, computed: Base64): boolean {
  const text = claimed.endsWith('=') ? claimed.slice(0, -1) : claimed
  if (text === computed) return true
  if (text.length !== computed.length || text.slice(0, -1) !== computed.slice(0, -1)) return false
  const [theirs, ours] = [alphabet.indexOf(text.slice(-1)), alphabet.indexOf(computed.slice(-1))]
  return theirs !== -1 && theirs >> 2 === ours >> 2
}

/** The ID of an event. In room versions 1 and 2 it is a member of the event, undefined where it is missing or malformed. */
export function eventIdOf(pdu: Pdu, version: RoomVersion, crypto: Crypto): EventId | undefined {
  if (version.eventIdFormat !== 'field') return eventIdFor(textsOf(pdu, version).essential, version, crypto)
  const id = stringAt(pdu, 'event_id')
  return id === undefined ? undefined : parseEventId(id)
}

/** The event ID that a redacted text implies. Since v3; URL-safe since v4. */
export function eventIdFor(essential: string, version: RoomVersion, crypto: Crypto): EventId {
  const hash = version.eventIdFormat === 'hash' ? crypto.sha256(essential) : crypto.sha256UrlSafe(essential)
  return `$${hash}` as EventId
}

/** Since v12: the room ID that a create event makes. */
export const roomIdOfCreate = (pdu: Pdu, version: RoomVersion, crypto: Crypto): RoomId =>
  roomIdFromCreate(eventIdFor(textsOf(pdu, version).essential, version, crypto))
