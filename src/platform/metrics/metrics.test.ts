import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, createProcessMetrics } from './metrics.ts'

test('counters, gauges and histograms are told in the Prometheus text format', async () => {
  const metrics = createMetrics()
  const counter = metrics.counter({ name: 'samband_events_total', help: 'Events.', labels: ['server_name'] })
  counter.add({ server_name: 'alfa.localhost' })
  counter.add({ server_name: 'alfa.localhost' }, 2)
  const gauge = metrics.gauge({ name: 'samband_open', help: 'Open.' })
  gauge.set(5)
  gauge.add(-2)
  const histogram = metrics.histogram({ name: 'samband_seconds', help: 'Time.', buckets: [0.1, 1] })
  histogram.observe(0.5)
  const { text, contentType } = await metrics.exposition()
  assert.match(contentType, /^text\/plain; version=0\.0\.4/)
  assert.match(text, /^samband_events_total\{server_name="alfa\.localhost"\} 3$/m)
  assert.match(text, /^samband_open 3$/m)
  assert.match(text, /^samband_seconds_bucket\{le="0\.1"\} 0$/m)
  assert.match(text, /^samband_seconds_bucket\{le="1"\} 1$/m)
})

test('an observed gauge is read when asked, and forgets what is gone', async () => {
  const metrics = createMetrics()
  let queues: [number, { queue: string }][] = [
    [1, { queue: 'a' }],
    [2, { queue: 'b' }],
  ]
  metrics.observedGauge({ name: 'samband_queue', help: 'Length.', labels: ['queue'] }, () => queues)
  assert.match((await metrics.exposition()).text, /queue="b"\} 2/)
  queues = [[7, { queue: 'a' }]]
  const { text } = await metrics.exposition()
  assert.match(text, /queue="a"\} 7/)
  assert.doesNotMatch(text, /queue="b"/)
})

test('registries share nothing, a name is taken once, a label that was not announced is a defect', async () => {
  const one = createMetrics()
  const two = createMetrics()
  const definition = { name: 'samband_x_total', help: 'X.' }
  const counter = one.counter(definition)
  two.counter(definition)
  assert.throws(() => one.counter(definition), /already been registered/)
  assert.throws(() => counter.add({ user: 'x' }), /label/)
})

test('process metrics tell CPU and memory', async () => {
  const { text } = await createProcessMetrics().exposition()
  assert.match(text, /^process_cpu_user_seconds_total /m)
  assert.match(text, /^process_resident_memory_bytes /m)
})
