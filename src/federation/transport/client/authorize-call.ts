// Signs a request of ours without making its body into JSON again: the canonical text is signed and sent as it is.
// spec: server-server-api #request-authentication

import type { SigningKey } from '#protocol/crypto/crypto.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { canonicalString } from '#protocol/json/json.ts'
import { formatXMatrix } from '#protocol/request-authentication/request-authentication.ts'

export interface UnsignedCall {
  readonly method: string
  readonly uri: string
  readonly destination: ServerName
  /** Canonical JSON. */
  readonly content: string | undefined
}

/** The text that is signed: the same as `requestToSign` makes of the parsed body (a property test compares them). */
export function callToSign(origin: ServerName, { method, uri, destination, content }: UnsignedCall): string {
  const body = content === undefined ? '' : `"content":${content},`
  const [to, from, target] = [canonicalString(destination), canonicalString(origin), canonicalString(uri)]
  return `{${body}"destination":${to},"method":"${method}","origin":${from},"uri":${target}}`
}

/** The `Authorization` header of a request, signed by the first of our current keys. */
export const authorizeCall =
  (origin: ServerName, key: SigningKey) =>
  (call: UnsignedCall): string =>
    formatXMatrix({
      origin,
      destination: call.destination,
      key: key.keyId as KeyId,
      sig: key.sign(callToSign(origin, call)),
    })
