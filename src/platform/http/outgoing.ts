// The object behind `HttpReply`: writes one answer on Node's response, never ahead of what the client takes.
// spec: RFC 9112 §6 (message body), RFC 9110 §9.3.2 (HEAD)

import { ServerResponse } from 'node:http'
import { PIECE } from './default-limits.ts'
import type { Incoming } from './incoming.ts'
import { gone } from './incoming-body.ts'
import type { HttpReply, ReplyBody, ReplyHeaders } from './reply.ts'
import type { Answer } from './route.ts'
import { flatten } from './router.ts'

/** Node's response, with the way back to our objects for its `close` event. */
export class Response extends ServerResponse {
  outgoing: Outgoing | undefined
  listener: { end(outgoing: Outgoing): void } | undefined
}

const noHeaders: readonly string[] = []
const jsonHeaders: readonly string[] = ['content-type', 'application/json']

export class Outgoing implements HttpReply {
  readonly request: Incoming
  readonly response: Response
  readonly started: number
  /** Bytes of the body that were handed to the connection. */
  bytes = 0
  /** For the sweep: when the present window began, and what had been moved by then. */
  windowTime = 0
  windowBytes = -1

  constructor(request: Incoming, response: Response, started: number) {
    this.request = request
    this.response = response
    this.started = started
  }

  get sent(): boolean {
    return this.response.headersSent
  }

  json(status: number, text: string, headers?: ReplyHeaders): void {
    this.#whole(status, text, this.request.compiled?.jsonHeaders ?? jsonHeaders, headers)
  }

  send(status: number, body: ReplyBody, headers?: ReplyHeaders): void {
    this.#whole(status, body, this.request.compiled?.headers ?? noHeaders, headers)
  }

  answer({ status, body, headers }: Answer): void {
    this.send(status, body ?? '', headers)
  }

  async stream(status: number, source: AsyncIterable<Uint8Array>, headers?: ReplyHeaders): Promise<void> {
    const { response } = this
    this.#head(status, this.request.compiled?.headers ?? noHeaders, headers, undefined)
    if (this.request.method === 'HEAD') {
      response.end()
      return
    }
    // A source that ends before its `content-length` must not leave the client waiting, or reading the next answer as the rest.
    response.strictContentLength = true
    try {
      for await (const piece of source) await this.#write(piece)
      if (response.destroyed) throw gone()
      response.end()
    } catch (error) {
      response.destroy()
      throw error
    }
  }

  #whole(status: number, body: ReplyBody, base: readonly string[], headers: ReplyHeaders | undefined): void {
    const length = lengthOf(body)
    this.#head(status, base, headers, length)
    const { response } = this
    if (this.request.method === 'HEAD' || length === 0) {
      response.end()
    } else if (typeof body === 'string' && length <= PIECE) {
      this.bytes = length
      response.end(body)
    } else {
      const pieces = typeof body === 'string' ? [Buffer.from(body)] : body instanceof Uint8Array ? [body] : body
      void this.#pieces(pieces)
    }
  }

  /** Never rejects: when the client goes away, there is nobody to tell. */
  async #pieces(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      for (let start = 0; start < piece.length; start += PIECE) {
        if (this.response.destroyed) return
        await this.#hand(piece.length <= PIECE ? piece : piece.subarray(start, start + PIECE))
      }
    }
    this.response.end()
  }

  async #write(piece: Uint8Array): Promise<void> {
    for (let start = 0; start < piece.length; start += PIECE) {
      if (this.response.destroyed) throw gone()
      await this.#hand(piece.length <= PIECE ? piece : piece.subarray(start, start + PIECE))
    }
  }

  #hand(piece: Uint8Array): Promise<void> | undefined {
    this.bytes += piece.length
    return this.response.write(piece) ? undefined : drained(this.response)
  }

  #head(status: number, base: readonly string[], headers: ReplyHeaders | undefined, length: number | undefined): void {
    const flat = headers === undefined ? [...base] : merged(base, headers)
    // spec: RFC 9110 §8.6: no content-length on 1xx and 204; 304 may leave it out.
    if (length !== undefined && status !== 204 && status !== 304) flat.push('content-length', String(length))
    if (this.request.draining.aborted) this.response.shouldKeepAlive = false
    this.response.writeHead(status, flat)
  }
}

/** The answer's own headers stand in for those of the route. */
function merged(base: readonly string[], headers: ReplyHeaders): string[] {
  const own = flatten(headers)
  const names = new Set<string>()
  for (let i = 0; i < own.length; i += 2) names.add((own[i] ?? '').toLowerCase())
  const flat: string[] = []
  for (let i = 0; i < base.length; i += 2) {
    const name = base[i] ?? ''
    if (!names.has(name.toLowerCase())) flat.push(name, base[i + 1] ?? '')
  }
  flat.push(...own)
  return flat
}

function lengthOf(body: ReplyBody): number {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array) return body.length
  let length = 0
  for (const piece of body) length += piece.length
  return length
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
