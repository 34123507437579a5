// Requests that come from inside the process and enter the same routes as those from a socket: bytes in, bytes out.
// Nothing is skipped but the socket: the body is bounded by the route, errors are answered by the same mappers.

import type { IncomingHttpHeaders } from 'node:http'
import { HttpFault } from './fault.ts'
import type { HttpOptions } from './options.ts'
import type { HttpReply, ReplyBody, ReplyHeaders } from './reply.ts'
import type { HttpRequest } from './request.ts'
import type { Answer, Route } from './route.ts'
import { type CompiledRoute, Router } from './router.ts'

export interface InnerRequest {
  readonly method: string
  readonly target: string
  /** With `host`. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | undefined
  readonly signal: AbortSignal
}

export interface InnerAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
}

export type InnerDispatch = (request: InnerRequest) => Promise<InnerAnswer>

export interface DispatchOptions extends Pick<HttpOptions, 'onError' | 'onNotFound' | 'onOptions'> {
  readonly routes: readonly Route[]
  readonly draining: AbortSignal
}

/** An entrance to the routes without a socket. Rejects only for a defect: everything else is an answer. */
export function createDispatch(options: DispatchOptions): InnerDispatch {
  const router = new Router(options.routes)
  let last = 0
  return async (inner) => {
    last += 1
    const request = new InsideRequest(inner, `inside-${last.toString(36)}`, options.draining)
    const reply = new InsideReply(request)
    try {
      const found = router.find(inner.method, inner.target)
      if (found === undefined) reply.answer(missed(router, request, options))
      else if (found === 'malformed') throw malformed()
      else {
        request.compiled = found.compiled
        request.params = found.params
        await found.compiled.route.handle(request, reply)
        if (!reply.sent) throw new HttpFault('no-answer', `The route ${request.pattern} ended without an answer.`)
      }
    } catch (error) {
      if (reply.sent) throw error
      reply.answer(options.onError(error, request))
    }
    return reply.taken()
  }
}

function missed(router: Router, request: HttpRequest, options: DispatchOptions): Answer {
  const miss = router.look(request.target)
  if (miss === 'malformed') throw malformed()
  return request.method === 'OPTIONS' ? options.onOptions(miss, request) : options.onNotFound(miss, request)
}

const malformed = () => new HttpFault('malformed-path', 'The path is not valid: its percent-encoding must be UTF-8.')

class InsideRequest implements HttpRequest {
  readonly #inner: InnerRequest
  readonly id: string
  readonly draining: AbortSignal
  readonly listener = 'inside'
  readonly remoteAddress = '127.0.0.1'
  readonly secure = true
  readonly peerCertificate = undefined
  params: Readonly<Record<string, string>> = {}
  compiled: CompiledRoute | undefined
  serverName: string | undefined
  user: string | undefined

  constructor(inner: InnerRequest, id: string, draining: AbortSignal) {
    this.#inner = inner
    this.id = id
    this.draining = draining
  }

  get method(): string {
    return this.#inner.method
  }

  get target(): string {
    return this.#inner.target
  }

  get path(): string {
    return this.target.split('?', 1)[0] ?? ''
  }

  get query(): string {
    const mark = this.target.indexOf('?')
    return mark < 0 ? '' : this.target.slice(mark + 1)
  }

  get pattern(): string {
    return this.compiled?.route.pattern ?? ''
  }

  get host(): string {
    return (this.#inner.headers['host'] ?? '').toLowerCase()
  }

  get headers(): IncomingHttpHeaders {
    return this.#inner.headers
  }

  get signal(): AbortSignal {
    return this.#inner.signal
  }

  async body(limit: number): Promise<Uint8Array> {
    const { body } = this.#inner
    if (body && body.length > limit) {
      throw new HttpFault(
        'body-too-large',
        `The request body is larger than the ${limit} bytes that are accepted here.`,
      )
    }
    return body ?? new Uint8Array(0)
  }

  async *stream(limit: number): AsyncIterable<Uint8Array> {
    yield await this.body(limit)
  }
}

class InsideReply implements HttpReply {
  readonly #request: InsideRequest
  #answer: InnerAnswer | undefined

  constructor(request: InsideRequest) {
    this.#request = request
  }

  get sent(): boolean {
    return this.#answer !== undefined
  }

  json(status: number, text: string, headers?: ReplyHeaders): void {
    this.send(status, text, { 'content-type': 'application/json', ...headers })
  }

  send(status: number, body: ReplyBody, headers?: ReplyHeaders): void {
    this.#take(status, pieces(body), headers)
  }

  answer({ status, body, headers }: Answer): void {
    this.send(status, body ?? '', headers)
  }

  /** Resolves at once: the reader inside takes the pieces when it wants them. */
  async stream(status: number, source: AsyncIterable<Uint8Array>, headers?: ReplyHeaders): Promise<void> {
    this.#take(status, source, headers)
  }

  taken(): InnerAnswer {
    if (!this.#answer) throw new Error('A request from inside ended without an answer.')
    return this.#answer
  }

  #take(status: number, body: AsyncIterable<Uint8Array>, headers: ReplyHeaders | undefined): void {
    const all = { ...this.#request.compiled?.route.headers, ...headers }
    const joined = Object.entries(all).map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')])
    this.#answer = { status, headers: Object.fromEntries(joined), body }
  }
}

async function* pieces(body: ReplyBody): AsyncIterable<Uint8Array> {
  if (typeof body === 'string') yield Buffer.from(body)
  else if (body instanceof Uint8Array) yield body
  else yield* body
}
