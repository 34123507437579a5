// One listener: takes connections, finds the route of each request, and sees that every request ends.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Milliseconds } from '#platform/clock/clock.ts'
import { plainAddress, TrustedProxies } from './client-address.ts'
import type { HttpLimits } from './default-limits.ts'
import { HttpFault, type HttpFaultKind } from './fault.ts'
import { Incoming, type ListenerFacts } from './incoming.ts'
import type { HttpListener, HttpOptions } from './options.ts'
import { Outgoing, Response } from './outgoing.ts'
import { rawAnswer } from './raw-answer.ts'
import type { RequestRecord } from './request-record.ts'
import type { Answer } from './route.ts'
import { Router } from './router.ts'
import type { Stalls } from './stalls.ts'
import { ServerCertificates } from './tls.ts'

type NodeServer = Server<typeof IncomingMessage, typeof Response> | TlsServer<typeof IncomingMessage, typeof Response>

/** What all listeners of a process share. */
export interface Shared {
  readonly options: HttpOptions
  readonly limits: HttpLimits
  readonly stalls: Stalls
  readonly record: RequestRecord
  readonly draining: AbortSignal
  nextId(): string
}

/** When no request is open any more, connections get this long to bring the last answer to the client. */
const LAST_BYTES: Milliseconds = 100

export class Listener implements ListenerFacts {
  readonly name: string
  readonly draining: AbortSignal
  readonly nextId: () => string
  /** Requests under way. */
  open = 0
  #whenNoneIsOpen: (() => void) | undefined
  readonly #shared: Shared
  readonly #definition: HttpListener
  readonly #router: Router
  readonly #proxies: TrustedProxies
  readonly #perAddress = new Map<string, number>()
  readonly #certificates: ServerCertificates | undefined
  readonly #server: NodeServer

  private constructor(definition: HttpListener, shared: Shared, certificates: ServerCertificates | undefined) {
    this.name = definition.name
    this.draining = shared.draining
    this.nextId = shared.nextId
    this.#definition = definition
    this.#shared = shared
    this.#router = new Router(definition.routes)
    this.#proxies = new TrustedProxies(definition.trustedProxies ?? [])
    this.#certificates = certificates
    this.#server = this.#create()
  }

  /** Listens, or rejects with a sentence that says what is in the way. */
  static async start(definition: HttpListener, shared: Shared): Promise<Listener> {
    const { clock, log } = shared.options
    const certificates = definition.tls && (await ServerCertificates.load(definition.tls, clock, log))
    const listener = new Listener(definition, shared, certificates)
    try {
      await listener.#listen()
    } catch (error) {
      certificates?.stop()
      throw error
    }
    return listener
  }

  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo
    return { host: address, port }
  }

  /**
   * Takes no new connections, waits until no request is open, and closes what is left: also connections on which nothing was ever asked,
   * which Node does not count as idle. Resolves when the last one is closed.
   */
  async close(): Promise<void> {
    this.#certificates?.stop()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    if (this.open > 0) await new Promise<void>((resolve) => (this.#whenNoneIsOpen = resolve))
    const timer = this.#shared.options.clock.after(LAST_BYTES, () => this.closeAll())
    await closed
    timer.cancel()
  }

  closeAll(): void {
    this.#server.closeAllConnections()
  }

  addressOf(message: IncomingMessage): string {
    const peer = plainAddress(message.socket.remoteAddress ?? '')
    const forwarded = message.headers['x-forwarded-for']
    return this.#proxies.clientOf(peer, typeof forwarded === 'string' ? forwarded : undefined)
  }

  isSecure(message: IncomingMessage): boolean {
    if (message.socket instanceof TLSSocket) return true
    const said = message.headers['x-forwarded-proto']
    return said === 'https' && this.#proxies.trusts(plainAddress(message.socket.remoteAddress ?? ''))
  }

  #create(): NodeServer {
    const { limits } = this.#shared
    const options = {
      ServerResponse: Response,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headerTime,
      // Bodies are watched by their rate, not by one time for all: an upload over a slow line may take an hour.
      requestTimeout: 0,
      keepAliveTimeout: limits.idleConnection,
      connectionsCheckingInterval: Math.min(5000, limits.headerTime),
    }
    const server: NodeServer = this.#certificates
      ? createTlsServer({ ...options, ...this.#certificates.serverOptions(limits.headerTime) })
      : createServer(options)
    server.maxConnections = limits.connections
    server.on('request', (message: IncomingMessage, response: Response) => this.#begin(message, response))
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuseUnreadable(error, socket))
    return server
  }

  #listen(): Promise<void> {
    const { host, port } = this.#definition
    return new Promise((resolve, reject) => {
      const refuse = (cause: NodeJS.ErrnoException) => reject(cannotListen(this.name, host, port, cause))
      this.#server.once('error', refuse)
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', refuse)
        resolve()
      })
    })
  }

  #begin(message: IncomingMessage, response: Response): void {
    const { clock } = this.#shared.options
    const request = new Incoming(this, message)
    const outgoing = new Outgoing(request, response, clock.now())
    response.outgoing = outgoing
    response.listener = this
    response.on('close', ended)
    this.open += 1
    this.#shared.stalls.begin(outgoing)
    if (this.#enter(request.remoteAddress)) void this.#serve(request, outgoing)
    else
      this.#fail(
        outgoing,
        new HttpFault('too-many-requests', 'Too many requests at once from your address. Try again.'),
      )
  }

  /** Called by the response's `close` event: the one place where every request ends. */
  end(outgoing: Outgoing): void {
    const { stalls, record, options } = this.#shared
    if (!outgoing.response.writableFinished) outgoing.request.clientGone()
    this.open -= 1
    if (this.open === 0) this.#whenNoneIsOpen?.()
    this.#leave(outgoing.request.remoteAddress)
    stalls.end(outgoing)
    record.end(outgoing, options.clock.now(), this.#definition.logRequests ?? true)
  }

  /** Never rejects. */
  async #serve(request: Incoming, outgoing: Outgoing): Promise<void> {
    try {
      const found = this.#router.find(request.method, request.target)
      if (found === undefined) {
        this.#miss(request, outgoing)
        return
      }
      if (found === 'malformed') throw malformedPath()
      request.compiled = found.compiled
      request.params = found.params
      await found.compiled.route.handle(request, outgoing)
      if (!outgoing.sent) throw new HttpFault('no-answer', `The route ${request.pattern} ended without an answer.`)
    } catch (error) {
      this.#fail(outgoing, error)
    }
  }

  #miss(request: Incoming, outgoing: Outgoing): void {
    const { options } = this.#shared
    const miss = this.#router.look(request.target)
    if (miss === 'malformed' && request.target !== '*') throw malformedPath()
    const known = miss === 'malformed' ? { knownPath: false, methods: [], headers: undefined } : miss
    const answer = request.method === 'OPTIONS' ? options.onOptions(known, request) : options.onNotFound(known, request)
    outgoing.answer(answer)
  }

  #fail(outgoing: Outgoing, error: unknown): void {
    if (outgoing.request.isGone && isOfTheLeaving(error, outgoing)) return
    const answer = this.#answerTo(error, outgoing)
    if (outgoing.request.isGone) return
    try {
      // Half an answer must not look like a whole one.
      if (outgoing.sent) outgoing.response.destroy()
      else outgoing.answer(answer)
    } catch (cause) {
      this.#shared.options.log.error({ error: cause, request_id: outgoing.request.id }, 'answer could not be written')
      outgoing.response.destroy()
    }
  }

  #answerTo(error: unknown, outgoing: Outgoing | undefined): Answer {
    try {
      return this.#shared.options.onError(error, outgoing?.request)
    } catch (cause) {
      this.#shared.options.log.error({ error: cause }, 'error could not be turned into an answer')
      return { status: 500 }
    }
  }

  #refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
    const kind = kindOf(error.code)
    if (kind === undefined || !socket.writable || isAnswering(socket)) {
      socket.destroy()
      return
    }
    socket.end(rawAnswer(this.#answerTo(new HttpFault(kind.kind, kind.sentence), undefined)))
  }

  #enter(address: string): boolean {
    const most = this.#shared.limits.requestsPerAddress
    const now = this.#perAddress.get(address) ?? 0
    this.#perAddress.set(address, now + 1)
    return most === 0 || now < most
  }

  #leave(address: string): void {
    const now = this.#perAddress.get(address) ?? 0
    if (now <= 1) this.#perAddress.delete(address)
    else this.#perAddress.set(address, now - 1)
  }
}

function ended(this: Response): void {
  const { outgoing, listener } = this
  if (outgoing) listener?.end(outgoing)
}

function malformedPath(): HttpFault {
  return new HttpFault('malformed-path', 'The path is not valid: its percent-encoding must be UTF-8.')
}

/** What a route throws because its client has left is no error of the route. */
function isOfTheLeaving(error: unknown, outgoing: Outgoing): boolean {
  if (error instanceof HttpFault) return error.kind === 'client-gone'
  return error === outgoing.request.signal.reason || (error instanceof Error && error.name === 'AbortError')
}

function kindOf(code: string | undefined): { readonly kind: HttpFaultKind; readonly sentence: string } | undefined {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { kind: 'headers-too-large', sentence: 'The request line and headers are too long.' }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { kind: 'request-timeout', sentence: 'The request did not come in time.' }
  return code?.startsWith('HPE_')
    ? { kind: 'malformed-request', sentence: 'This is not a valid HTTP/1.1 request.' }
    : undefined
}

/** An answer is already on this connection: raw bytes would end up in the middle of it. */
function isAnswering(socket: Duplex): boolean {
  return '_httpMessage' in socket && socket._httpMessage != null
}

function cannotListen(name: string, host: string, port: number, cause: NodeJS.ErrnoException): Error {
  const where = `${host}:${port} (listener "${name}")`
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use by another program. Stop it, or choose another port in the configuration.`,
    EACCES: `This user may not listen on ${where}. Choose a port above 1023, or give the service CAP_NET_BIND_SERVICE.`,
    EADDRNOTAVAIL: `${where} is not an address of this machine. Check "host" in the configuration.`,
  }
  return new Error(sentences[cause.code ?? ''] ?? `Cannot listen on ${where}: ${cause.message}`, { cause })
}
