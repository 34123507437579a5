// Memory of idle long polls: bytes of this process per waiting request, over an idle server. Run with --expose-gc, or the figure is a guess:
// node --expose-gc bench/micro/long-polls.ts [--json] [--count 5000]

import { fork } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { parseArgs } from 'node:util'
import { systemClock } from '#platform/clock/clock.ts'
import { startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, count: { type: 'string', default: '5000' } },
})
const count = Number(values.count)

if (process.send !== undefined) process.on('message', (port: number) => void poll(port))
else await main()

async function main(): Promise<void> {
  let waiting = 0
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
        routes: [
          {
            method: 'GET',
            pattern: '/sync',
            handle: ({ signal }) => {
              waiting += 1
              // As a real long poll does: it waits for news or for the client's leaving.
              return new Promise((_, reject) =>
                signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
              )
            },
          },
        ],
      },
    ],
  })
  const before = memory()
  const client = fork(new URL(import.meta.url), process.argv.slice(2))
  client.send(server.addresses.get('main')?.port ?? 0)
  while (waiting < count) await new Promise((resolve) => setTimeout(resolve, 50))
  const after = memory()
  const heap = Math.round((after.heapUsed - before.heapUsed) / count)
  const resident = Math.round((after.rss - before.rss) / count)
  const row = { scenario: 'idle long polls', count, residentBytesEach: resident, heapBytesEach: heap }
  console.log(
    values.json ? JSON.stringify(row) : `${count} long polls: ${resident} bytes resident each, ${heap} of it heap`,
  )
  client.kill()
  await server.stop(1000)
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.()
  return process.memoryUsage()
}

async function poll(port: number): Promise<void> {
  const sockets: Socket[] = []
  for (let i = 0; i < count; i++) {
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write(
      'GET /sync HTTP/1.1\r\nHost: alfa.localhost\r\nAuthorization: Bearer abcdefghijklmnop\r\nUser-Agent: bench\r\n\r\n',
    )
    sockets.push(socket)
  }
}
