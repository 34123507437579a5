// What a process hands over to start its listeners.

import type { Clock } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Metrics } from '#platform/metrics/metrics.ts'
import type { HttpLimits } from './default-limits.ts'
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
