// Metrics by prom-client, in a registry object of their own.

import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from 'prom-client'
import type { Counter, Gauge, Histogram, Labels, MetricDefinition, Metrics } from './metrics-contract.ts'

/** Seconds. From a cached answer to a long poll of 30 s. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** A new registry, empty. */
export function createMetrics(): Metrics {
  return new PromMetrics(new Registry())
}

/** A registry with the numbers of the process: CPU, memory, event loop lag, garbage collection, open files. One per process. */
export function createProcessMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return new PromMetrics(registry)
}

class PromMetrics implements Metrics {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  counter(definition: MetricDefinition): Counter {
    const counter = new PromCounter(this.#configuration(definition))
    return { add: (labels, amount = 1) => (labels ? counter.inc(labels, amount) : counter.inc(amount)) }
  }

  gauge(definition: MetricDefinition): Gauge {
    const gauge = new PromGauge(this.#configuration(definition))
    return {
      set: (value, labels) => (labels ? gauge.set(labels, value) : gauge.set(value)),
      add: (amount, labels) => (labels ? gauge.inc(labels, amount) : gauge.inc(amount)),
    }
  }

  observedGauge(definition: MetricDefinition, read: () => Iterable<readonly [number, Labels?]>): void {
    const gauge: PromGauge = new PromGauge({
      ...this.#configuration(definition),
      collect: () => {
        // What is no longer there must not be told for ever.
        gauge.reset()
        for (const [value, labels] of read()) {
          if (labels) gauge.set(labels, value)
          else gauge.set(value)
        }
      },
    })
  }

  histogram(definition: MetricDefinition & { readonly buckets?: readonly number[] }): Histogram {
    const buckets = [...(definition.buckets ?? SECONDS)]
    const histogram = new PromHistogram({ ...this.#configuration(definition), buckets })
    return { observe: (value, labels) => (labels ? histogram.observe(labels, value) : histogram.observe(value)) }
  }

  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #configuration({ name, help, labels }: MetricDefinition) {
    return { name, help, labelNames: [...(labels ?? [])], registers: [this.#registry] }
  }
}
