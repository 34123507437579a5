// Numbers for operators, in the Prometheus text format. Face of the folder.

export type { Counter, Gauge, Histogram, Labels, MetricDefinition, Metrics } from './metrics-contract.ts'
export { createMetrics, createProcessMetrics } from './registry.ts'
