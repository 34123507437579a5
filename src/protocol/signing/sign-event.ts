// Adds our signature to an event of another server: an invite to one of our users, a restricted join that we vouch for.
// spec: server-server-api #signing-events, #inviting-to-a-room, #restricted-rooms

import type { SigningKey } from '#protocol/crypto/crypto.ts'
import { type BuiltEvent, essentialJson, eventJson, type RoomEvent } from '#protocol/events/events.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { addSignature } from './sign-json.ts'

/** The event with one more signature, and its text. The event ID stays: signatures are no part of it. */
export function signEvent(event: RoomEvent, serverName: ServerName, key: SigningKey): BuiltEvent {
  const signature = key.sign(essentialJson(event.pdu, event.version))
  const pdu = addSignature(event.pdu, serverName, key.keyId, signature)
  return { event: { ...event, pdu }, json: eventJson(pdu, event.version) }
}
