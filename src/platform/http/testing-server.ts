// What the tests of this folder share: a server on loopback, raw and ordinary requests, answers as they come.

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { HttpFault, type HttpListener, type HttpOptions, type Route, startHttp } from './http.ts'

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export async function aServer(
  context: TestContext,
  routes: readonly Route[],
  options: Partial<HttpOptions> & { readonly listener?: Partial<HttpListener> } = {},
) {
  const lines: Record<string, unknown>[] = []
  const errors: unknown[] = []
  const clock = new FakeClock()
  const metrics = createMetrics()
  const server = await startHttp({
    clock,
    metrics,
    log: logTo({ write: (line) => void lines.push(JSON.parse(line)) }),
    listeners: [{ name: 'main', host: '127.0.0.1', port: 0, routes, ...options.listener }],
    onError: (error) => {
      errors.push(error)
      if (error instanceof HttpFault) return { status: error.status, body: error.kind }
      return { status: 500, body: 'broken' }
    },
    onNotFound: ({ knownPath, methods }) =>
      knownPath
        ? { status: 405, body: 'method', headers: { allow: methods.join(', ') } }
        : { status: 404, body: 'path' },
    onOptions: ({ methods, headers }) => ({ status: 204, headers: { ...headers, allow: methods.join(', ') } }),
    ...options,
  })
  context.after(async () => {
    const stopping = server.stop(0)
    await clock.advance(1000)
    await stopping
  })
  const port = server.addresses.get('main')?.port ?? 0
  return {
    server,
    clock,
    metrics,
    lines,
    errors,
    port,
    get: (target: string, headers = {}) => ask(port, 'GET', target, undefined, headers),
    ask: (method: string, target: string, body?: string | Uint8Array, headers = {}) =>
      ask(port, method, target, body, headers),
    /** Sends bytes as they are and resolves with all that came until the connection closed. */
    raw: (text: string) => raw(port, text),
    open: (text: string) => open(port, text),
  }
}

export function ask(
  port: number,
  method: string,
  path: string,
  body: string | Uint8Array | undefined,
  headers: Record<string, string>,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ port, host: '127.0.0.1', method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

export async function open(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(text)
  return socket
}

export async function raw(port: number, text: string): Promise<string> {
  const socket = await open(port, text)
  return allOf(socket)
}

export function allOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let all = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      all += chunk
    })
    socket.on('close', () => resolve(all))
  })
}

/** Milliseconds after which we no longer believe that it comes, however crowded the machine is. */
const PATIENCE = 60_000

/** Waits, in turns of the event loop, for something that sockets will bring about. */
export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never came: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
