// Reads a PDU from the wire: format, hash, event ID.
// spec: server-server-api #checks-performed-on-receipt-of-a-pdu (1, and what 2 and 3 need); rooms/ (event format)

import type { Crypto } from '#protocol/crypto/crypto.ts'
import type { EventId } from '#protocol/identifiers/identifiers.ts'
import {
  CanonicalJsonError,
  isObject,
  isWithinDepth,
  type Json,
  type JsonObject,
  sentenceFor,
  withoutMembers,
} from '#protocol/json/json.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import { fitsIn, MAX_EVENT_BYTES } from '#protocol/size-limits/size-limits.ts'
import { assembleEvent } from './assemble-event.ts'
import { formatChecks } from './event-format.ts'
import { eventIdFor, isHashOf } from './event-hashes.ts'
import { type EventTexts, textsOf } from './event-texts.ts'
import type { RoomEvent } from './room-event.ts'

/**
 * Levels of nesting of an event. Less than what a body may have, so that a body with an event that is too deep can still be read
 * and the event refused alone. Common readers elsewhere stop at 128, so no such event gets far.
 */
export const MAX_EVENT_DEPTH = 128

export interface PduRefusal {
  /** `format/…`. */
  readonly rule: string
  readonly message: string
}

export type ParsedPdu =
  | {
      readonly ok: RoomEvent
      /** The canonical text to store and to send on. */
      readonly json: string
      /** What the signatures cover; hand it to `verifyEventSignatures`. */
      readonly essential: string
      /** Whether the content hash is right. If not, go on with `redactEvent(ok)`: check 3. */
      readonly contentHashMatches: boolean
      readonly refused?: undefined
    }
  | { readonly ok?: undefined; readonly refused: PduRefusal }

/**
 * Reads one PDU of a room version. Never throws for anything that `parseJson` can give.
 *
 * For room versions 1 to 5 read the body with `numbers: 'faithful'`. `unsigned` is dropped: whoever carried the event could have
 * written it. The signatures are not checked here.
 */
export function parsePdu(json: Json, version: RoomVersion, crypto: Crypto): ParsedPdu {
  if (!isObject(json)) return refuse('format/not-an-object', 'An event is a JSON object.')
  if (!isWithinDepth(json, MAX_EVENT_DEPTH)) return refuse('format/too-deep', sentenceFor('too-deep'))
  for (const check of formatChecks) {
    if (!check.holds(json, version)) return refuse(check.rule, check.message)
  }
  const pdu = Object.hasOwn(json, 'unsigned') ? withoutMembers(json, 'unsigned') : json
  return readTexts(pdu, version, crypto)
}

function readTexts(pdu: JsonObject, version: RoomVersion, crypto: Crypto): ParsedPdu {
  const texts = textsOrRefusal(pdu, version)
  if ('rule' in texts) return { refused: texts }
  if (!fitsIn(texts.full, MAX_EVENT_BYTES)) return refuse('format/too-large', 'An event has at most 65,536 bytes.')
  const eventId =
    version.eventIdFormat === 'field' ? (pdu['event_id'] as EventId) : eventIdFor(texts.essential, version, crypto)
  return {
    ok: assembleEvent(pdu, eventId, version),
    json: texts.full,
    essential: texts.essential,
    contentHashMatches: isHashOf(pdu, texts.hashed, crypto),
  }
}

function textsOrRefusal(pdu: JsonObject, version: RoomVersion): EventTexts | PduRefusal {
  try {
    return textsOf(pdu, version)
  } catch (error) {
    if (!(error instanceof CanonicalJsonError)) throw error
    return { rule: `format/${error.fault}`, message: sentenceFor(error.fault) }
  }
}

const refuse = (rule: string, message: string): ParsedPdu => ({ refused: { rule, message } })
