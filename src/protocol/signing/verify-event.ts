// Checks that an event carries the signatures that it must. Pure: the keys are fetched before.
// spec: server-server-api #validating-hashes-and-signatures-on-received-events; rooms/v5 #signing-key-validity-period

import type { Base64, Crypto } from '#protocol/crypto/crypto.ts'
import { essentialJson, type RoomEvent, requiredSigners } from '#protocol/events/events.ts'
import { type KeyId, type ServerName, serverNameOf } from '#protocol/identifiers/identifiers.ts'
import { signaturesOf } from './verify-json.ts'

/** A public key that a server vouched for. */
export interface VerifyKey {
  readonly keyId: KeyId
  readonly publicKey: Base64
  /** Milliseconds since 1970. Of a current key: capped at 7 days after it was fetched. Of an old key: when it was retired. */
  readonly validUntil: number
  /** An old key: good for events, never for requests. */
  readonly old: boolean
}

export type SignatureVerdict =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** `key-unavailable` may succeed later, the others mean: drop the event. */
      readonly rule: 'signatures/missing' | 'signatures/bad' | 'signatures/key-expired' | 'signatures/key-unavailable'
      readonly server: ServerName
    }

export interface NeededKeys {
  readonly server: ServerName
  readonly keyIds: readonly KeyId[]
}

/** The keys that `verifyEventSignatures` will ask for, by server. Empty lists are signatures that are missing. */
export function neededKeys(event: RoomEvent): readonly NeededKeys[] {
  const servers = requiredSigners(event) ?? []
  return servers.map((server) => ({ server, keyIds: [...signaturesOf(event.pdu, server).keys()] }))
}

/**
 * Checks every signature that `requiredSigners` asks for. Of each server at least one key must be known and usable, and all
 * signatures by such keys must be good; signatures by other keys (unknown, retired, a policy server's) are skipped.
 *
 * `essential`: the text that is signed, where `parsePdu` gave it already.
 */
export function verifyEventSignatures(
  event: RoomEvent,
  keyOf: (server: ServerName, keyId: KeyId) => VerifyKey | undefined,
  crypto: Crypto,
  essential: string = essentialJson(event.pdu, event.version),
): SignatureVerdict {
  const servers = requiredSigners(event)
  if (servers === undefined) return { ok: false, rule: 'signatures/missing', server: serverNameOf(event.sender) }
  for (const server of servers) {
    const rule = faultOf(event, server, (keyId) => keyOf(server, keyId), crypto, essential)
    if (rule !== undefined) return { ok: false, rule, server }
  }
  return { ok: true }
}

type Fault = Extract<SignatureVerdict, { ok: false }>['rule']

function faultOf(
  event: RoomEvent,
  server: ServerName,
  keyOf: (keyId: KeyId) => VerifyKey | undefined,
  crypto: Crypto,
  essential: string,
): Fault | undefined {
  const signatures = signaturesOf(event.pdu, server)
  if (signatures.size === 0) return 'signatures/missing'
  let [unknown, good] = [false, false]
  for (const [keyId, signature] of signatures) {
    const key = keyOf(keyId)
    if (key === undefined) unknown = true
    else if (isUsableFor(event, key)) {
      if (!crypto.verify(key.publicKey, signature, essential)) return 'signatures/bad'
      good = true
    }
  }
  if (good) return undefined
  return unknown ? 'signatures/key-unavailable' : 'signatures/key-expired'
}

/** A key that was retired before the event counts in no room version; one that is not known to be valid still counts until v4. */
export const isUsableFor = ({ originServerTs, version }: RoomEvent, key: VerifyKey): boolean =>
  key.validUntil >= originServerTs || !(key.old || version.enforceKeyValidity)
