// Builds an event of our own: content serialised once, three texts put together from the same pieces, two hashes, one signature.
// spec: server-server-api #pdus, #adding-hashes-and-signatures-to-outgoing-events; client-server-api #size-limits

import type { Crypto, SigningKey } from '#protocol/crypto/crypto.ts'
import { badJson, invalidParam, tooLarge } from '#protocol/errors/errors.ts'
import type { EventId, RoomId, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import {
  CanonicalJsonError,
  canonicalJson,
  canonicalString,
  isWithinDepth,
  type JsonObject,
  sentenceFor,
  withMember,
} from '#protocol/json/json.ts'
import { redactContent } from '#protocol/redaction/redaction.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'
import {
  fitsIn,
  MAX_AUTH_EVENTS,
  MAX_IDENTIFIER_BYTES,
  MAX_OWN_EVENT_BYTES,
  MAX_PREV_EVENTS,
} from '#protocol/size-limits/size-limits.ts'
import { assembleEvent, hasImpliedRoomId } from './assemble-event.ts'
import { eventIdFor } from './event-hashes.ts'
import { referencesTo } from './event-references.ts'
import { MAX_EVENT_DEPTH } from './parse-pdu.ts'
import type { Pdu, RoomEvent } from './room-event.ts'

export interface EventDraft {
  readonly type: string
  /** Undefined: a message event. */
  readonly stateKey?: string | undefined
  readonly sender: UserId
  /** Undefined for the create event of a room since v12, and only for it. */
  readonly roomId: RoomId | undefined
  readonly content: JsonObject
  /** Milliseconds since 1970. */
  readonly originServerTs: number
  /** The greatest depth of the previous events plus one, at most 2^53−1. */
  readonly depth: number
  /** At most 20. */
  readonly prevEvents: readonly EventId[]
  /** At most 10. Since v12 without the create event. */
  readonly authEvents: readonly EventId[]
  /** Of a redaction: put into the content since v11. */
  readonly redacts?: EventId | undefined
  /** In v1 and v2 only, and needed there: `$opaque:server`. */
  readonly eventId?: EventId | undefined
  /** In v1 and v2 only: the reference hashes of previous and auth events, as far as they are known. */
  readonly referenceHashes?: ReadonlyMap<EventId, string> | undefined
}

export interface BuildParts {
  readonly version: RoomVersion
  /** Ours: the one that signs. */
  readonly serverName: ServerName
  readonly crypto: Crypto
  readonly signingKey: SigningKey
}

export interface BuiltEvent {
  readonly event: RoomEvent
  /** The canonical text that is stored and sent. */
  readonly json: string
}

/**
 * Builds, hashes and signs an event.
 *
 * Throws a `MatrixError` for what a client can get wrong: `M_BAD_JSON` for content without canonical JSON (fractions are refused in
 * all room versions, also where we would accept them from others), `M_TOO_LARGE`, `M_INVALID_PARAM`. Throws `TypeError` for drafts
 * that only our own code can get wrong.
 */
export function buildEvent(draft: EventDraft, parts: BuildParts): BuiltEvent {
  const { version, serverName, crypto, signingKey } = parts
  const pdu = unsignedPdu(draft, version)
  refuseUnlessFit(draft, pdu, version)
  const pieces = piecesOf(pdu, version)

  const sha256 = crypto.sha256(
    `${pieces.head}${pieces.content}${pieces.depth}${pieces.middle}${pieces.redacts}${pieces.sender}${pieces.end}`,
  )
  const hashes = `,"hashes":{"sha256":"${sha256}"}`
  const essential = `${pieces.head}${pieces.redactedContent}${pieces.depth}${hashes}${pieces.middle}${pieces.sender}${pieces.end}`
  const signature = signingKey.sign(essential)
  const signatures = `,"signatures":{${canonicalString(serverName)}:{${canonicalString(signingKey.keyId)}:"${signature}"}}`
  const json = `${pieces.head}${pieces.content}${pieces.depth}${hashes}${pieces.middle}${pieces.redacts}${pieces.sender}${signatures}${pieces.end}`
  if (!fitsIn(json, MAX_OWN_EVENT_BYTES))
    throw tooLarge('The event is larger than 65,522 bytes. Send less, or upload it as a file.')

  pdu['hashes'] = { sha256 }
  pdu['signatures'] = { [serverName]: { [signingKey.keyId]: signature } }
  const eventId = draft.eventId ?? eventIdFor(essential, version, crypto)
  return { event: assembleEvent(pdu, eventId, version), json }
}

function unsignedPdu(draft: EventDraft, version: RoomVersion): Pdu {
  const { redacts, roomId, stateKey, eventId, referenceHashes } = draft
  const inContent = redacts !== undefined && version.redactsInContent
  const pdu: Pdu = {
    auth_events: referencesTo(draft.authEvents, version, referenceHashes),
    content: inContent ? withMember(draft.content, 'redacts', redacts) : draft.content,
    depth: draft.depth,
    origin_server_ts: draft.originServerTs,
    prev_events: referencesTo(draft.prevEvents, version, referenceHashes),
    sender: draft.sender,
    type: draft.type,
  }
  if (stateKey !== undefined) pdu['state_key'] = stateKey
  if (roomId !== undefined) pdu['room_id'] = roomId
  if (eventId !== undefined) pdu['event_id'] = eventId
  if (redacts !== undefined && !inContent) pdu['redacts'] = redacts
  return pdu
}

function refuseUnlessFit(draft: EventDraft, pdu: Pdu, version: RoomVersion): void {
  if (!isShort(draft.type)) throw invalidParam('The event type has more than 255 bytes or a NUL. Choose a shorter one.')
  if (draft.stateKey !== undefined && !isShort(draft.stateKey)) {
    throw invalidParam('The state key has more than 255 bytes or a NUL. Choose a shorter one.')
  }
  if (!isWithinDepth(pdu, MAX_EVENT_DEPTH)) throw badJson(sentenceFor('too-deep'))
  if ((draft.roomId === undefined) !== hasImpliedRoomId(pdu, version)) {
    throw new TypeError('A draft has a room ID, unless it is the create event of a room since version 12.')
  }
  if ((draft.eventId === undefined) === (version.eventIdFormat === 'field')) {
    throw new TypeError('A draft has an event ID in room versions 1 and 2, and only there.')
  }
  if (draft.prevEvents.length > MAX_PREV_EVENTS || draft.authEvents.length > MAX_AUTH_EVENTS) {
    throw new TypeError('A draft has at most 20 previous events and 10 auth events.')
  }
}

const isShort = (text: string): boolean => fitsIn(text, MAX_IDENTIFIER_BYTES) && !text.includes('\0')

/**
 * The members of the event in their canonical order, as three runs between `content`, `hashes`, `redacts` and `signatures`. Hashed,
 * signed and stored text are different choices of the same pieces. A property test holds them against the plain way.
 */
interface Pieces {
  readonly head: string
  readonly content: string
  readonly redactedContent: string
  /** `depth`, and `event_id` in v1 and v2. */
  readonly depth: string
  /** `origin_server_ts` and `prev_events`. */
  readonly middle: string
  /** Until v10 at the top of a redaction, and not kept when it is redacted itself. */
  readonly redacts: string
  /** `room_id` and `sender`. */
  readonly sender: string
  /** `state_key` and `type`. */
  readonly end: string
}

function piecesOf(pdu: Pdu, version: RoomVersion): Pieces {
  try {
    const content = pdu['content'] as JsonObject
    const contentText = canonicalJson(content)
    const redacted = redactContent(content, pdu['type'], version)
    return {
      head: `{"auth_events":${canonicalJson(pdu['auth_events'] ?? [])},"content":`,
      content: contentText,
      redactedContent: redacted === content ? contentText : canonicalJson(redacted),
      depth: `${memberText(pdu, 'depth')}${memberText(pdu, 'event_id')}`,
      middle: `${memberText(pdu, 'origin_server_ts')}${memberText(pdu, 'prev_events')}`,
      redacts: memberText(pdu, 'redacts'),
      sender: `${memberText(pdu, 'room_id')}${memberText(pdu, 'sender')}`,
      end: `${memberText(pdu, 'state_key')}${memberText(pdu, 'type')}}`,
    }
  } catch (error) {
    if (error instanceof CanonicalJsonError) throw badJson(sentenceFor(error.fault))
    throw error
  }
}

function memberText(pdu: Pdu, name: string): string {
  const value = pdu[name]
  return value === undefined ? '' : `,"${name}":${canonicalJson(value)}`
}
