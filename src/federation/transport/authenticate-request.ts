// Who signed a request that came in. spec: server-server-api #request-authentication

import type { Clock } from '#platform/clock/clock.ts'
import type { Crypto } from '#protocol/crypto/crypto.ts'
import { type MatrixError, unauthorized } from '#protocol/errors/errors.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { parseXMatrix, verifyRequest, type XMatrix } from '#protocol/request-authentication/request-authentication.ts'
import type { InboundRequest } from './federation-transport.ts'
import type { KeyRing } from './keys/key-ring-types.ts'

export interface AuthenticationParts {
  readonly serverName: ServerName
  readonly keys: Pick<KeyRing, 'keysOf'>
  readonly crypto: Crypto
  readonly clock: Clock
}

/** One header per key; nobody signs with more. */
const MAX_HEADERS = 5

const refuse = (message: string): MatrixError => unauthorized(message)

/** The server that signed the request with one of its current keys, for us. Throws 401 `M_UNAUTHORIZED`. */
export async function authenticateRequest(
  request: InboundRequest,
  { serverName, keys, crypto, clock }: AuthenticationParts,
  signal?: AbortSignal,
): Promise<ServerName> {
  const headers = readHeaders(request.authorization)
  const origin = originOf(headers, serverName)
  const known = await keys.keysOf(
    origin,
    headers.map((header) => header.key),
    clock.now(),
    signal,
  )
  const { method, target: uri, body: content } = request
  const signed = { method, uri, origin, destination: serverName, content }
  let isKnown = false
  for (const header of headers) {
    const key = known.get(header.key)
    // A retired key is good for old events, never for a request of today.
    if (key === undefined || key.old) continue
    isKnown = true
    if (verifyRequest(header, signed, key.publicKey, crypto)) return origin
  }
  if (isKnown)
    throw refuse('The signature of the request is wrong. Sign method, target, names and body exactly as they are sent.')
  throw refuse('No current key of the signing server could be had. Publish it at /_matrix/key/v2/server and try again.')
}

function readHeaders(texts: readonly string[]): readonly XMatrix[] {
  if (texts.length === 0)
    throw refuse('The request is not signed. Send an Authorization header of the scheme X-Matrix.')
  const headers = texts.slice(0, MAX_HEADERS).map(parseXMatrix)
  return headers.map((header) => {
    if (header === undefined)
      throw refuse('An Authorization header is no valid X-Matrix header. Send origin, destination, key and sig.')
    return header
  })
}

function originOf(headers: readonly XMatrix[], serverName: ServerName): ServerName {
  const origins = new Set(headers.map((header) => header.origin))
  const [origin] = origins
  if (origin === undefined || origins.size !== 1)
    throw refuse('The Authorization headers name different servers. Send those of one.')
  if (headers.some(({ destination }) => destination !== undefined && destination !== serverName)) {
    throw refuse('The request is signed for another server. Check the server name that it was sent to.')
  }
  if (origin === serverName) throw refuse('The request is signed with the name of this server itself.')
  return origin
}
