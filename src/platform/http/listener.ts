// One listener: takes connections, and sees that every request ends.

import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Milliseconds } from '#platform/clock/clock.ts'
import { Answering } from './answer-request.ts'
import { plainAddress, TrustedProxies } from './client-address.ts'
import type { HttpLimits } from './default-limits.ts'
import { HttpFault } from './fault.ts'
import { Incoming, type ListenerFacts } from './incoming.ts'
import { cannotListen } from './listen-failure.ts'
import type { HttpListener, HttpOptions } from './options.ts'
import { Outgoing, Response } from './outgoing.ts'
import type { RequestRecord } from './request-record.ts'
import { RequestsByAddress } from './requests-by-address.ts'
import { Router } from './router.ts'
import type { Stalls } from './stalls.ts'
import { ServerCertificates } from './tls.ts'
import { refuseUnreadable } from './unreadable-request.ts'

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
  readonly #answering: Answering
  readonly #proxies: TrustedProxies
  readonly #perAddress: RequestsByAddress
  readonly #certificates: ServerCertificates | undefined
  readonly #server: NodeServer

  private constructor(definition: HttpListener, shared: Shared, certificates: ServerCertificates | undefined) {
    this.name = definition.name
    this.draining = shared.draining
    this.nextId = shared.nextId
    this.#definition = definition
    this.#shared = shared
    this.#answering = new Answering(new Router(definition.routes), shared.options)
    this.#proxies = new TrustedProxies(definition.trustedProxies ?? [])
    this.#perAddress = new RequestsByAddress(shared.limits.requestsPerAddress)
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
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      refuseUnreadable(error, socket, (fault) => this.#answering.answerTo(fault, undefined)),
    )
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
    if (this.#perAddress.enter(request.remoteAddress)) void this.#answering.serve(request, outgoing)
    else
      this.#answering.fail(
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
    this.#perAddress.leave(outgoing.request.remoteAddress)
    stalls.end(outgoing)
    record.end(outgoing, options.clock.now(), this.#definition.logRequests ?? true)
  }
}

function ended(this: Response): void {
  const { outgoing, listener } = this
  if (outgoing) listener?.end(outgoing)
}
