// The object behind `HttpRequest`: what routes ask of a request is worked out when they ask.
// No closures and no timers of its own: five thousand of them wait in long polls.

import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { gone, IncomingBody, refuseDeclared } from './incoming-body.ts'
import type { HttpRequest } from './request.ts'
import type { CompiledRoute } from './router.ts'

/** What the requests of one listener share. */
export interface ListenerFacts {
  readonly name: string
  readonly draining: AbortSignal
  nextId(): string
  addressOf(request: IncomingMessage): string
  isSecure(request: IncomingMessage): boolean
}

const noParams: Readonly<Record<string, string>> = Object.freeze({})

export class Incoming implements HttpRequest {
  readonly #facts: ListenerFacts
  readonly #message: IncomingMessage
  readonly remoteAddress: string
  params: Readonly<Record<string, string>> = noParams
  compiled: CompiledRoute | undefined
  serverName: string | undefined
  user: string | undefined
  /** The body, once somebody reads it; the sweep looks at it. */
  reading: IncomingBody | undefined
  #id: string | undefined
  #abort: AbortController | undefined
  #gone = false

  constructor(facts: ListenerFacts, message: IncomingMessage) {
    this.#facts = facts
    this.#message = message
    this.remoteAddress = facts.addressOf(message)
  }

  get id(): string {
    this.#id ??= this.#facts.nextId()
    return this.#id
  }

  get listener(): string {
    return this.#facts.name
  }

  get method(): string {
    return this.#message.method ?? ''
  }

  get target(): string {
    return this.#message.url ?? ''
  }

  get path(): string {
    const target = this.target
    const query = target.indexOf('?')
    return withoutOrigin(query === -1 ? target : target.slice(0, query))
  }

  get query(): string {
    const target = this.target
    const query = target.indexOf('?')
    return query === -1 ? '' : target.slice(query + 1)
  }

  get pattern(): string {
    return this.compiled?.route.pattern ?? ''
  }

  get host(): string {
    return (hostOfAbsolute(this.target) ?? this.#message.headers.host ?? '').toLowerCase()
  }

  get headers(): IncomingMessage['headers'] {
    return this.#message.headers
  }

  get secure(): boolean {
    return this.#facts.isSecure(this.#message)
  }

  get peerCertificate(): Uint8Array | undefined {
    const { socket } = this.#message
    return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#gone) this.#abort.abort(gone())
    }
    return this.#abort.signal
  }

  get draining(): AbortSignal {
    return this.#facts.draining
  }

  /** Whether the client went away before it had the whole answer. */
  get isGone(): boolean {
    return this.#gone
  }

  /** Said once, when the connection closes too early. */
  clientGone(): void {
    this.#gone = true
    this.#abort?.abort(gone())
  }

  async body(limit: number): Promise<Uint8Array> {
    return this.#open(limit).whole()
  }

  stream(limit: number): AsyncIterable<Uint8Array> {
    return this.#open(limit).pieces()
  }

  #open(limit: number): IncomingBody {
    if (this.reading) throw new Error('The body of a request can be read once.')
    refuseDeclared(this.#message, limit)
    this.reading = new IncomingBody(this.#message, limit)
    return this.reading
  }
}

/** `http://host:1/a` → `/a`. spec: RFC 9112 §3.2.2, a server must accept the absolute form. */
function withoutOrigin(path: string): string {
  if (path.startsWith('/') || path === '*') return path
  const start = path.indexOf('/', path.indexOf('://') + 3)
  return start === -1 ? '/' : path.slice(start)
}

/** spec: RFC 9112 §3.2.2, the host of an absolute target replaces the header. */
function hostOfAbsolute(target: string): string | undefined {
  return target.startsWith('/') ? undefined : /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1]
}
