// Routes of the listener for operators: health and metrics.

import type { Metrics } from '#platform/metrics/metrics.ts'
import type { Route } from './route.ts'

export interface Observation {
  readonly metrics: Metrics
  /** Names of what is not ready yet, with a sentence each; empty when the process can serve. */
  notReady(): Promise<Readonly<Record<string, string>>>
}

const plain = { 'content-type': 'text/plain; charset=utf-8' }
const notStored = { 'cache-control': 'no-store' }

/**
 * `/health/live` (the process runs), `/health/ready` (it can serve: 200, or 503 with what is missing as JSON) and `/metrics`.
 * For a listener on a loopback or management address: none of them asks who calls.
 */
export function observationRoutes({ metrics, notReady }: Observation): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: '/health/live',
      headers: notStored,
      handle: (_, reply) => reply.send(200, 'live\n', plain),
    },
    {
      method: 'GET',
      pattern: '/health/ready',
      headers: notStored,
      handle: async (request, reply) => {
        const missing = request.draining.aborted ? { server: 'The server is stopping.' } : await notReady()
        const ready = Object.keys(missing).length === 0
        reply.json(ready ? 200 : 503, `${JSON.stringify({ ready, missing })}\n`)
      },
    },
    {
      method: 'GET',
      pattern: '/metrics',
      headers: notStored,
      handle: async (_, reply) => {
        const { contentType, text } = await metrics.exposition()
        reply.send(200, text, { 'content-type': contentType })
      },
    },
  ]
}
