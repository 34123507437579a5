// Completes an event that somebody else drafted (make_join, make_knock, …): hash, signature, event ID.
// spec: server-server-api #adding-hashes-and-signatures-to-outgoing-events

import { badJson } from '#protocol/errors/errors.ts'
import { CanonicalJsonError, sentenceFor, withMember, withoutMembers } from '#protocol/json/json.ts'
import type { BuildParts, BuiltEvent } from './build-event.ts'
import { contentHash } from './event-hashes.ts'
import { essentialJson } from './event-texts.ts'
import { parsePdu } from './parse-pdu.ts'
import type { Pdu } from './room-event.ts'

/**
 * Hashes and signs a PDU, whatever further members it has, and checks its format. Hashes and signatures that it brings are replaced.
 * Throws `M_BAD_JSON` for a draft that cannot become an event of this room version.
 */
export function hashAndSign(draft: Pdu, parts: BuildParts): BuiltEvent {
  const parsed = parsePdu(signed(draft, parts), parts.version, parts.crypto)
  if (parsed.refused !== undefined) throw badJson(parsed.refused.message)
  return { event: parsed.ok, json: parsed.json }
}

function signed(draft: Pdu, { version, serverName, crypto, signingKey }: BuildParts): Pdu {
  try {
    const bare = withoutMembers(draft, 'unsigned', 'signatures', 'hashes')
    const hashed = withMember(bare, 'hashes', { sha256: contentHash(bare, version, crypto) })
    const signature = signingKey.sign(essentialJson(hashed, version))
    return withMember(hashed, 'signatures', { [serverName]: { [signingKey.keyId]: signature } })
  } catch (error) {
    if (error instanceof CanonicalJsonError) throw badJson(sentenceFor(error.fault))
    throw error
  }
}
