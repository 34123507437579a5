// Starts and stops the listeners of a process.

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Metrics } from '#platform/metrics/metrics.ts'
import type { HttpRequest } from './request.ts'
import type { Answer, Miss, Route } from './route.ts'
import type { TlsOptions } from './tls.ts'

export interface HttpListener {
  /** For the log and the metrics: `client`, `federation`, `observation`. */
  readonly name: string
  readonly host: string
  /** 0 lets the system choose; see `HttpServer.addresses`. */
  readonly port: number
  /** Plain HTTP without it. */
  readonly tls?: TlsOptions
  /** Addresses and CIDR ranges of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. */
  readonly trustedProxies?: readonly string[]
  readonly routes: readonly Route[]
  /** One log line per request; off for the listener of the metrics. On unless told. */
  readonly logRequests?: boolean
}

/** Bounds, each with a default in `limits.ts` and the reason beside it. */
export interface HttpLimits {
  readonly requestsPerAddress: number
  readonly connections: number
  readonly headerBytes: number
  readonly headerTime: Milliseconds
  readonly idleConnection: Milliseconds
  /** A body of which nothing comes for this long is given up. */
  readonly bodyStall: Milliseconds
  /** An answer of which the client takes nothing for this long is given up. */
  readonly answerStall: Milliseconds
}

export interface HttpOptions {
  readonly listeners: readonly HttpListener[]
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly limits?: Partial<HttpLimits>
  /** The answer for whatever a route throws, and for every `HttpFault`. Must not throw. `request` is undefined if there was none that could be read. */
  onError(error: unknown, request: HttpRequest | undefined): Answer
  onNotFound(miss: Miss, request: HttpRequest): Answer
  /** The answer to OPTIONS (CORS preflight). */
  onOptions(miss: Miss, request: HttpRequest): Answer
}

export interface HttpServer {
  /** Where it listens, by listener name, with real ports. */
  readonly addresses: ReadonlyMap<string, { readonly host: string; readonly port: number }>
  /** Stops accepting, aborts `draining`, waits for open requests at most `grace` ms, then closes everything. Repeatable. */
  stop(grace: Milliseconds): Promise<void>
}

/** Starts all listeners, or none: an address in use is an error that says which. */
export declare function startHttp(options: HttpOptions): Promise<HttpServer>
