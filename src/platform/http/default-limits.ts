// Bounds of the HTTP server, each with its reason.

import type { Milliseconds } from '#platform/clock/clock.ts'

export interface HttpLimits {
  /** Requests at once from one address, long polls among them. 0: no bound. */
  readonly requestsPerAddress: number
  /** Open connections of one listener; more are closed at once. */
  readonly connections: number
  /** Request line and headers together. */
  readonly headerBytes: number
  /** Time for the whole head to come, TLS handshake apart (which has as long again). */
  readonly headerTime: Milliseconds
  /** A connection without a request is closed after this long. */
  readonly idleConnection: Milliseconds
  /** In each window of this length a body that is being waited for must bring `slowestBody` × seconds bytes. */
  readonly bodyStall: Milliseconds
  /** A client that takes nothing of an answer for this long is cut off. */
  readonly answerStall: Milliseconds
}

export const defaultLimits: HttpLimits = {
  // A whole authority may sit behind one address, each person with a long poll and some more.
  requestsPerAddress: 10_000,
  // 18 KB each: about 400 MB, and below the usual 32,768 descriptors of a service.
  connections: 20_000,
  // A filter may travel in the query of /sync; an access token of another issuer is some KB.
  headerBytes: 32 * 1024,
  // A head is one or two packets; this leaves room for lost ones.
  headerTime: 20_000,
  // Longer than the 60 s that reverse proxies keep theirs, so that they close first and never meet a closed one.
  idleConnection: 75_000,
  bodyStall: 20_000,
  // 64 KiB per minute is the slowest client that is waited for.
  answerStall: 60_000,
}

/** Bytes per second. A telephone on the edge of the network brings more; a client that holds us up on purpose brings one now and then. */
export const SLOWEST_BODY = 100

/** How often stalls are looked for. One timer for all requests. */
export const SWEEP: Milliseconds = 1000

/** How long the rest of a body that nobody wants is still taken, so that the client reads our answer and not a broken connection. */
export const LINGER: Milliseconds = 5000

/** An answer goes out in pieces of this size: what is waiting in a socket stays small, and progress can be seen. */
export const PIECE = 64 * 1024
