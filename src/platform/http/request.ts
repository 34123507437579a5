// One request as routes see it.
// spec: RFC 9112 §3 (request line), RFC 9110 §7.2 (Host)

import type { IncomingHttpHeaders } from 'node:http'

export interface HttpRequest {
  /** Unique in this process and on its log line; may be told to the caller. */
  readonly id: string
  /** Name of the listener it came in by. */
  readonly listener: string
  readonly method: string
  /** The request target exactly as on the wire, not decoded: what a signature covers. */
  readonly target: string
  /** Path part of the target, not decoded. */
  readonly path: string
  /** Query part of the target without `?`, not decoded; empty when there is none. */
  readonly query: string
  /** Path parameters, percent-decoded exactly once (`%2F` is a slash inside the parameter). */
  readonly params: Readonly<Record<string, string>>
  /** The pattern of the route that matched; empty when none did. */
  readonly pattern: string
  /** `Host` (or the host of an absolute target) in lower case, with the port if one was given. */
  readonly host: string
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** The client's address: of the connection, or what a trusted proxy says. */
  readonly remoteAddress: string
  /** Whether the client spoke TLS, to us or to a trusted proxy. */
  readonly secure: boolean
  /** The client's TLS certificate (DER) if it was asked for and given. Not verified: compare its key with a pin. */
  readonly peerCertificate: Uint8Array | undefined
  /** Aborted when the client goes away before it has the whole answer. Made when first asked for. */
  readonly signal: AbortSignal
  /** Aborted when the server begins to stop: answer long polls at once. The same object for every request. */
  readonly draining: AbortSignal
  /** For the log line and the metrics: the tenant, set by whoever finds it out. */
  serverName: string | undefined
  /** For the log line: who asks, set by whoever authenticates. */
  user: string | undefined
  /**
   * The whole body. Throws an `HttpFault`: `body-too-large` (declared or real length over `limit` bytes), `body-too-slow`,
   * `client-gone`. May be asked once.
   */
  body(limit: number): Promise<Uint8Array>
  /** The body in pieces as they come, not ahead of the reader, with the same faults. May be asked once, instead of `body`. */
  stream(limit: number): AsyncIterable<Uint8Array>
}
