// Numbers for operators, in the Prometheus text format. One registry object per process, nothing global.
// Convention: names begin with `samband_`, units are seconds and bytes, and what belongs to a tenant carries the label `server_name`.
// Labels come from small closed sets (route patterns, methods, reasons): never user IDs, room IDs, raw paths or names of other servers.

export type Labels = Readonly<Record<string, string>>

export interface Counter {
  add(labels?: Labels, amount?: number): void
}

export interface Gauge {
  set(value: number, labels?: Labels): void
  add(amount: number, labels?: Labels): void
}

export interface Histogram {
  observe(value: number, labels?: Labels): void
}

export interface MetricDefinition {
  readonly name: string
  readonly help: string
  /** Names of the labels, `server_name` first where the number belongs to a tenant. */
  readonly labels?: readonly string[]
}

export interface Metrics {
  counter(definition: MetricDefinition): Counter
  gauge(definition: MetricDefinition): Gauge
  /** A gauge that is read when it is asked for. */
  observedGauge(definition: MetricDefinition, read: () => Iterable<readonly [value: number, labels?: Labels]>): void
  /** `buckets`: upper bounds, ascending; seconds from 1 ms to 30 s unless told. */
  histogram(definition: MetricDefinition & { readonly buckets?: readonly number[] }): Histogram
  /** The text exposition and its content type. */
  exposition(): Promise<{ readonly contentType: string; readonly text: string }>
}
