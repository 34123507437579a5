// Routes of the listener for operators: health and metrics.

import type { Metrics } from '#platform/metrics/metrics.ts'
import type { Route } from './route.ts'

export interface Observation {
  readonly metrics: Metrics
  /** Names of what is not ready yet, with a sentence each; empty when the process can serve. */
  notReady(): Promise<Readonly<Record<string, string>>>
}

/** `/health/live`, `/health/ready`, `/metrics`. */
export declare function observationRoutes(observation: Observation): readonly Route[]
