// The three canonical texts of an event: what its content hash covers, what its signatures and reference hash cover, and all of it.
// spec: server-server-api #calculating-the-content-hash-for-an-event, #calculating-the-reference-hash-for-an-event, #signing-events

import { canonicalJson, canonicalString, type JsonObject, type NumberReading, sortedKeys } from '#protocol/json/json.ts'
import { redactContent } from '#protocol/redaction/redaction.ts'
import type { RoomVersion } from '#protocol/room-versions/room-versions.ts'

export interface EventTexts {
  /** Without `hashes`, `signatures`, `unsigned`. */
  readonly hashed: string
  /** Redacted, without `signatures` and `unsigned`: hashed for the event ID, and signed. */
  readonly essential: string
  /** With all but `unsigned`, which nobody vouches for. */
  readonly full: string
}

/** Since v6 canonical JSON is enforced; before, numbers are written as their sender wrote them. */
export const numbersOf = (version: RoomVersion): NumberReading =>
  version.strictCanonicalJson ? 'integers' : 'faithful'

/** All three texts, every member serialised once. Throws `CanonicalJsonError`. */
export function textsOf(pdu: JsonObject, version: RoomVersion): EventTexts {
  const numbers = numbersOf(version)
  const { topLevel } = version.redaction
  let [hashed, essential, full] = ['', '', '']
  for (const name of sortedKeys(pdu)) {
    const value = pdu[name]
    if (value === undefined || name === 'unsigned') continue
    const label = `${canonicalString(name)}:`
    const text = `,${label}${canonicalJson(value, numbers)}`
    full += text
    if (name === 'signatures') continue
    if (name !== 'hashes') hashed += text
    if (name === 'content') essential += `,${label}${essentialContent(pdu, text.slice(label.length + 1), version)}`
    else if (topLevel.includes(name)) essential += text
  }
  return { hashed: braced(hashed), essential: braced(essential), full: braced(full) }
}

/** The members begin with a comma each. */
const braced = (members: string): string => `{${members.slice(1)}}`

function essentialContent(pdu: JsonObject, contentText: string, version: RoomVersion): string {
  const content = pdu['content'] ?? {}
  const redacted = redactContent(content, pdu['type'], version)
  return redacted === content ? contentText : canonicalJson(redacted, numbersOf(version))
}

/** What is signed, and hashed for the event ID: the redacted event without `signatures` and `unsigned`. */
export const essentialJson = (pdu: JsonObject, version: RoomVersion): string => textsOf(pdu, version).essential

/** The canonical JSON of an event that is stored and sent: all but `unsigned`. */
export const eventJson = (pdu: JsonObject, version: RoomVersion): string => textsOf(pdu, version).full
