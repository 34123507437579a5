import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { observationRoutes } from './http.ts'
import { aServer } from './testing-server.ts'

test('live says that the process runs, ready says what is missing, metrics tells the numbers', async (t) => {
  const metrics = createMetrics()
  metrics.counter({ name: 'samband_x_total', help: 'X.' }).add()
  let missing: Record<string, string> = { database: 'The database does not answer.' }
  const server = await aServer(t, observationRoutes({ metrics, notReady: async () => missing }), {
    listener: { logRequests: false },
  })
  assert.deepEqual((await server.get('/health/live')).status, 200)
  const notYet = await server.get('/health/ready')
  assert.deepEqual([notYet.status, JSON.parse(notYet.body)], [503, { ready: false, missing }])
  missing = {}
  assert.equal((await server.get('/health/ready')).status, 200)
  const numbers = await server.get('/metrics')
  assert.match(String(numbers.headers['content-type']), /^text\/plain; version=0\.0\.4/)
  assert.match(numbers.body, /^samband_x_total 1$/m)
  assert.deepEqual(server.lines, [])
})
