// An invitation that was sent to an e-mail address or the like and is now bound to a user.
// spec: rooms/v12 #authorization-rules, rule 5.4.1; rooms/v1 rule 5.3.1; client-server-api #mroomthird_party_invite

import type { RoomEvent } from '#protocol/events/events.ts'
import {
  arrayAt,
  canonicalJson,
  isObject,
  type JsonObject,
  objectAt,
  stringAt,
  withoutMembers,
} from '#protocol/json/json.ts'
import { membershipOf, type RoomAtEvent, type SignatureCheck } from './room-at-event.ts'
import { allow, allowIf, deny, type Verdict } from './verdict.ts'

/**
 * Signatures times public keys that one event may make us check. Honest invites have one or two of each; 65,536 bytes hold enough
 * of both for 100,000 checks of 60 µs, which would stop the server for seconds.
 */
const maxChecks = 256

export function authorizeThirdPartyInvite(room: RoomAtEvent, target: string): Verdict {
  if (membershipOf(target, room) === 'ban') {
    return deny('invite/banned', 'The person is banned from this room. Lift the ban before you invite them.') // 5.4.1.1
  }
  const invite = objectAt(room.event.content, 'third_party_invite')
  const signed = invite && objectAt(invite, 'signed')
  if (signed === undefined) {
    return deny(
      'invite/third-party-unsigned',
      'The invitation lacks its proof from the identity server. Send a new invitation.',
    ) // 5.4.1.2
  }
  const mxid = stringAt(signed, 'mxid')
  const token = stringAt(signed, 'token')
  if (mxid === undefined || token === undefined) {
    return deny(
      'invite/third-party-incomplete',
      'The proof from the identity server is incomplete. Send a new invitation.',
    ) // 5.4.1.3
  }
  if (mxid !== target) {
    return deny('invite/third-party-other-user', 'The invitation was made out to another user. Send a new invitation.') // 5.4.1.4
  }
  const pending = room.state.get('m.room.third_party_invite', token)
  if (pending === undefined) {
    return deny(
      'invite/third-party-unknown',
      'The invitation does not exist in this room or was withdrawn. Send a new invitation.',
    ) // 5.4.1.5
  }
  if (pending.sender !== room.event.sender) {
    return deny(
      'invite/third-party-other-sender',
      'The invitation was sent by another user. The one who sent it must complete it.',
    ) // 5.4.1.6
  }
  return checkSignatures(signed, pending, room.signatures) // 5.4.1.7, 5.4.1.8
}

function checkSignatures(signed: JsonObject, pending: RoomEvent, crypto: SignatureCheck): Verdict {
  const keys = publicKeysOf(pending.content)
  const signatures = ed25519Signatures(signed)
  if (keys.length * signatures.length > maxChecks) {
    return deny(
      'invite/third-party-too-many-signatures',
      'The invitation carries too many signatures or keys. Send a new invitation.',
    )
  }
  const message = signedText(signed)
  const isValid =
    message !== undefined &&
    keys.some((key) =>
      signatures.some((signature) => crypto.verify(standardBase64(key), standardBase64(signature), message)),
    )
  return allowIf(
    isValid,
    'invite/third-party-bad-signature',
    'No key of the invitation confirms the proof from the identity server. Send a new invitation.',
  )
}

/** Each key once: `public_key` usually repeats the first of `public_keys`. */
function publicKeysOf(content: JsonObject): readonly string[] {
  const keys = new Set<string>()
  const single = stringAt(content, 'public_key')
  if (single !== undefined) keys.add(single)
  for (const entry of arrayAt(content, 'public_keys') ?? []) {
    const key = isObject(entry) ? stringAt(entry, 'public_key') : undefined
    if (key !== undefined) keys.add(key)
  }
  return [...keys]
}

function ed25519Signatures(signed: JsonObject): readonly string[] {
  const found: string[] = []
  for (const byServer of Object.values(objectAt(signed, 'signatures') ?? {})) {
    if (!isObject(byServer)) continue
    for (const [keyId, signature] of Object.entries(byServer)) {
      if (keyId.startsWith('ed25519:') && typeof signature === 'string') found.push(signature)
    }
  }
  return found
}

/** The text under the signature; undefined where the content has no canonical JSON, which nobody can have signed. */
function signedText(signed: JsonObject): string | undefined {
  try {
    return canonicalJson(withoutMembers(signed, 'signatures', 'unsigned'), 'faithful')
  } catch {
    return undefined
  }
}

/** Keys here may be in either alphabet, and identity servers have been seen to pad. */
const standardBase64 = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')

/** Rule 7 (6 since v6 until v11): sending m.room.third_party_invite itself. */
export function authorizeThirdPartyInviteEvent(mayInvite: boolean): Verdict {
  return mayInvite
    ? allow
    : deny(
        'third-party-invite/power-level',
        'Your power level in this room does not allow you to invite others. Ask a moderator to do it.',
      )
}
