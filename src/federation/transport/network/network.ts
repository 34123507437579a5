// How bytes reach another server: the seam between signed requests and what carries them (sockets, loop-back, a test's broken line).
// spec: server-server-api #api-standards

import type { ServerName } from '#protocol/identifiers/identifiers.ts'

/** One request as it goes on the wire. */
export interface WireRequest {
  /** The tenant that asks: choose client certificates and loop-back by it. */
  readonly from: ServerName
  readonly to: ServerName
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query exactly as signed. */
  readonly target: string
  /** Names in lower case. `host` is set by the network. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  /** Media: on connections of its own, so that messages never wait behind a film. */
  readonly bulk?: boolean
}

export interface WireAnswer {
  readonly status: number
  /** Names in lower case; repeated headers are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Must be read to its end, or returned: an unread body holds its connection. */
  readonly body: AsyncIterable<Uint8Array>
}

export class NetworkError extends Error {
  readonly reason: 'name' | 'address' | 'connection'
  constructor(reason: NetworkError['reason'], options?: ErrorOptions) {
    super(`The other server was not reached (${reason}).`, options)
    this.name = 'NetworkError'
    this.reason = reason
  }
}

export interface Network {
  /**
   * Sends one request and waits for the head of its answer. Has no timeout of its own beyond that of a connection attempt: `signal`
   * must end in time, and also ends the reading of the body.
   *
   * Rejects with `NetworkError`, or with the signal's reason.
   */
  exchange(request: WireRequest, signal: AbortSignal): Promise<WireAnswer>
}

/** Fetches an absolute `https` URL without a signature: `.well-known` files and media behind a `Location`. */
export interface PlainFetch {
  /** Follows no redirect. Rejects with `NetworkError`, or with the signal's reason. */
  fetch(url: URL, signal: AbortSignal): Promise<WireAnswer>
}

/** POSTs JSON to an absolute `https` URL without a signature: push gateways. */
export interface PlainPost {
  /** Follows no redirect. Rejects with `NetworkError`, or with the signal's reason; the signal must end in time. */
  post(url: URL, body: Uint8Array, signal: AbortSignal): Promise<WireAnswer>
}
