// What our HTTP layer costs over bare node:http: PUT with a 1 KB JSON body, CPU of the server process per request, both in one run.
// Run: node bench/micro/http.ts [--json]. The client is a process of its own with 32 kept-alive connections; rounds alternate.

import { type ChildProcess, fork } from 'node:child_process'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import { parseArgs } from 'node:util'
import { systemClock } from '#platform/clock/clock.ts'
import { type HttpServer, startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'

const PATTERN = '/_matrix/client/v3/rooms/:roomId/send/:eventType/:txnId'
const PATH = '/_matrix/client/v3/rooms/!abcdefghijklmnop:alfa.localhost/send/m.room.message/1'
const BODY = JSON.stringify({ msgtype: 'm.text', body: 'x'.repeat(1000) })
const ANSWER = '{"event_id":"$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrs"}'
const CONNECTIONS = 32
const REQUESTS = 20_000
const ROUNDS = 5

if (process.send !== undefined) process.on('message', (port: number) => void load(port))
else await main()

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const bare = await bareServer()
  const ours = await ourServer(false)
  const logging = await ourServer(true)
  const client = fork(new URL(import.meta.url))
  const targets = [
    { name: 'node:http', port: bare.port, spent: [] as number[] },
    { name: 'samband, no log line', port: ours.port, spent: [] as number[] },
    { name: 'samband', port: logging.port, spent: [] as number[] },
  ]
  // The first round warms up and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { port, spent } of targets) {
      const cost = await costPerRequest(client, port)
      if (round > 0) spent.push(cost)
    }
  }
  const rows = targets.map(({ name, spent }) => ({ scenario: name, cpuMicrosPerRequest: median(spent) }))
  for (const row of rows)
    console.log(values.json ? JSON.stringify(row) : `${row.scenario}: ${row.cpuMicrosPerRequest} µs`)
  client.kill()
  bare.close()
  await Promise.all([ours.server.stop(100), logging.server.stop(100)])
}

/** CPU of this process (user and system) per request, in µs. */
async function costPerRequest(client: ChildProcess, port: number): Promise<number> {
  const before = process.cpuUsage()
  await new Promise((resolve) => {
    client.once('message', resolve)
    client.send(port)
  })
  const { user, system } = process.cpuUsage(before)
  return (user + system) / REQUESTS
}

async function bareServer(): Promise<{ port: number; close: () => void }> {
  const server = createServer((message: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString())
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length })
      response.end(ANSWER)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () => void server.close().closeAllConnections(),
  }
}

async function ourServer(logRequests: boolean): Promise<{ port: number; server: HttpServer }> {
  const decoder = new TextDecoder()
  const server = await startHttp({
    clock: systemClock(),
    metrics: createMetrics(),
    log: logTo({ write: () => undefined }),
    onError: () => ({ status: 500 }),
    onNotFound: () => ({ status: 404 }),
    onOptions: () => ({ status: 204 }),
    listeners: [
      {
        name: 'main',
        host: '127.0.0.1',
        port: 0,
        logRequests,
        routes: [
          {
            method: 'PUT',
            pattern: PATTERN,
            headers: { 'access-control-allow-origin': '*' },
            handle: async (asked, reply) => {
              JSON.parse(decoder.decode(await asked.body(65_536)))
              reply.json(200, ANSWER)
            },
          },
        ],
      },
    ],
  })
  return { port: server.addresses.get('main')?.port ?? 0, server }
}

async function load(port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  let left = REQUESTS
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': BODY.length, authorization: 'Bearer x' }
      const asked = request({ agent, host: '127.0.0.1', port, method: 'PUT', path: PATH, headers }, (answer) => {
        answer.resume().on('end', resolve)
      })
      asked.on('error', reject)
      asked.end(BODY)
    })
  const worker = async () => {
    while (left > 0) {
      left -= 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  agent.destroy()
  process.send?.('done')
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 10) / 10
}
