// One log line and one observation per request, by route pattern: never the path, which holds identifiers, nor the query, which may hold secrets.

import type { Log } from '#platform/log/log.ts'
import type { Histogram, Metrics } from '#platform/metrics/metrics.ts'
import type { Outgoing } from './outgoing.ts'

export class RequestRecord {
  readonly #log: Log
  readonly #seconds: Histogram

  constructor(log: Log, metrics: Metrics, open: () => Iterable<readonly [number, { readonly listener: string }]>) {
    this.#log = log
    this.#seconds = metrics.histogram({
      name: 'samband_http_request_seconds',
      help: 'Time from the head of a request to the end of its answer.',
      labels: ['listener', 'method', 'route', 'status'],
    })
    metrics.observedGauge(
      { name: 'samband_http_requests_open', help: 'Requests under way, long polls among them.', labels: ['listener'] },
      open,
    )
  }

  end(outgoing: Outgoing, now: number, logged: boolean): void {
    const { request, response } = outgoing
    const ms = now - outgoing.started
    // Before the head is sent, Node says 200; a client that left then has had no answer at all.
    const status = response.headersSent ? response.statusCode : 0
    this.#seconds.observe(ms / 1000, {
      listener: request.listener,
      method: request.pattern === '' ? 'other' : request.method,
      route: request.pattern,
      status: String(status),
    })
    if (!logged) return
    this.#log.info(
      {
        request_id: request.id,
        listener: request.listener,
        server_name: request.serverName,
        method: request.method,
        route: request.pattern,
        status,
        ms,
        bytes: outgoing.bytes,
        user: request.user,
        client_gone: request.isGone || undefined,
      },
      'request',
    )
  }
}
