// What is signed of a request between servers.
// spec: server-server-api #request-authentication

import type { Base64, Crypto, SigningKey } from '#protocol/crypto/crypto.ts'
import type { KeyId, ServerName } from '#protocol/identifiers/identifiers.ts'
import { CanonicalJsonError, canonicalJson, type Json, type JsonObject } from '#protocol/json/json.ts'
import { formatXMatrix, type XMatrix } from './x-matrix.ts'

export interface SignedRequest {
  /** Upper case. */
  readonly method: string
  /** The request target as it stood on the wire, undecoded: path, `?` and query. */
  readonly uri: string
  readonly origin: ServerName
  readonly destination: ServerName
  /** The parsed body; undefined for a request without one. */
  readonly content?: Json | undefined
}

/**
 * The canonical JSON that is signed. Numbers in the content are written as they were read (`faithful` or `verbatim` on receipt). Throws
 * `CanonicalJsonError`.
 */
export function requestToSign({ method, uri, origin, destination, content }: SignedRequest): string {
  const request: JsonObject = { method, uri, origin, destination }
  if (content !== undefined) request['content'] = content
  return canonicalJson(request, 'faithful')
}

/** The Authorization header of a request of ours. */
export function signRequest(request: SignedRequest, key: SigningKey): string {
  const { origin, destination } = request
  return formatXMatrix({ origin, destination, key: key.keyId as KeyId, sig: key.sign(requestToSign(request)) })
}

/**
 * True if the header's signature is that of the request. The request is described by the receiver: `destination` is its own name.
 * Whether the header names that destination and whether the key is current is for the caller to check before.
 */
export function verifyRequest(header: XMatrix, request: SignedRequest, publicKey: Base64, crypto: Crypto): boolean {
  if (header.origin !== request.origin) return false
  try {
    return crypto.verify(publicKey, header.sig, requestToSign(request))
  } catch (error) {
    if (error instanceof CanonicalJsonError) return false
    throw error
  }
}
