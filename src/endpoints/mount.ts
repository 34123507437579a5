// Turns definitions and handlers into HTTP routes: tenant, authentication, limits, reading and checking, answer. In this order.
// spec: client-server-api #api-standards, #client-authentication, #rate-limiting; server-server-api #request-authentication

import type { Endpoint, RateLimit } from '#api/endpoint.ts'
import { type SchemaCheck, schemaCheck } from '#api/validation.ts'
import type { HttpReply, HttpRequest, Route } from '#platform/http/http.ts'
import { limitExceeded, notFound } from '#protocol/errors/errors.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import { isObject, type Json, type JsonObject } from '#protocol/json/json.ts'
import { SpecialAnswer } from './answer.ts'
import type { Call, Handler, Session } from './handler.ts'
import { type JsonBody, readJsonBody, refuseUnlessFits } from './mount-body.ts'
import { corsHeadersFor } from './mount-cors.ts'
import { type QueryReader, queryReader } from './mount-query.ts'
import { accessTokenOf } from './mount-token.ts'

export { type EdgeAnswers, edgeAnswers } from './mount-errors.ts'

/** What a signature covers. */
export interface SignedRequest {
  readonly method: string
  /** The request target as it came, not decoded. */
  readonly uri: string
  /** The parsed body; undefined when there is none. */
  readonly content: JsonObject | undefined
  /** The `Authorization` header; undefined when there is none. */
  readonly authorization: string | undefined
}

/** What the mount needs to know of a tenant. */
export interface Tenant<M> {
  readonly serverName: ServerName
  readonly modules: M
  /**
   * The session of an access token. `request` is for those who note the address, or let bridges act for their users.
   * @throws MatrixError 401 for a missing or unknown token, and for a locked account unless `allowLocked`.
   */
  authenticateToken(
    token: string | undefined,
    options: { readonly allowLocked: boolean; readonly request: HttpRequest },
  ): Promise<Session> | Session
  /** The server that signed a request. @throws MatrixError 401 or 403. */
  authenticateSigned(request: SignedRequest): Promise<ServerName>
}

export interface MountOptions<M> {
  readonly handlers: readonly Handler<M>[]
  /** The tenant at a host, in lower case; asked with the port first, then without, then without `.localhost`. */
  tenantAt(host: string): Tenant<M> | undefined
  /** Takes one token of a caller in a class: 0, or the milliseconds to wait. */
  readonly limiter: { take(caller: string, name: RateLimit): number }
  /** Whether an access token may come as `?access_token=`, as old clients send it. It ends up in logs of proxies. */
  readonly acceptTokenInQuery: boolean
  /** Checks answers against their definitions as well: for tests. An answer that does not fit is a defect, 500. */
  readonly checkAnswers?: boolean
}

/** The routes of the handlers, former paths included. Answers to errors are `edgeAnswers`. */
export function mount<M>(options: MountOptions<M>): readonly Route[] {
  return options.handlers.flatMap((handler) => {
    const { method, path, formerPaths = [] } = handler.endpoint
    const mounted = new MountedEndpoint(handler, options)
    const handle = (request: HttpRequest, reply: HttpReply) => mounted.handle(request, reply)
    return [path, ...formerPaths].map((pattern) => {
      const headers = corsHeadersFor(pattern)
      return headers === undefined ? { method, pattern, handle } : { method, pattern, handle, headers }
    })
  })
}

interface Authenticated {
  readonly session: Session | undefined
  readonly origin: ServerName | undefined
}

const nobody: Authenticated = Object.freeze({ session: undefined, origin: undefined })

class MountedEndpoint<M> {
  readonly #endpoint: Endpoint
  readonly #options: MountOptions<M>
  readonly #make: Handler<M>['make']
  /** The handler of each tenant, made at its first call. A tenant that is gone takes its handler with it. */
  readonly #handlers = new WeakMap<Tenant<M>, ReturnType<Handler<M>['make']>>()
  readonly #params: SchemaCheck | undefined
  readonly #paramNames: readonly string[]
  readonly #query: SchemaCheck | undefined
  readonly #readQuery: QueryReader
  readonly #body: SchemaCheck | undefined
  readonly #response: SchemaCheck | undefined

  constructor({ endpoint, make }: Handler<M>, options: MountOptions<M>) {
    this.#endpoint = endpoint
    this.#options = options
    this.#make = make
    const { params, query, body, response } = endpoint
    this.#params = params && schemaCheck(params)
    this.#paramNames = Object.keys(params?.properties ?? {})
    this.#query = query && schemaCheck(query)
    this.#readQuery = queryReader(query)
    this.#body = body === undefined || body === 'bytes' ? undefined : schemaCheck(body)
    this.#response = options.checkAnswers === true && response !== undefined ? schemaCheck(response) : undefined
  }

  async handle(request: HttpRequest, reply: HttpReply): Promise<void> {
    const tenant = this.#tenantOf(request)
    const isSigned = this.#endpoint.authenticate === 'signed'
    // A signature covers the body, so there it is read first; else nothing is read for a caller that is unknown or too eager.
    const signedBody = isSigned ? await this.#readBody(request) : undefined
    const caller = isSigned
      ? await this.#authenticateServer(tenant, request, signedBody)
      : await this.#authenticateUser(tenant, request)
    this.#limit(request, caller)

    const params = this.#readParams(request)
    const query = this.#readQuery(request.query)
    if (this.#query !== undefined) refuseUnlessFits(query, this.#query, 'query')
    const { json: body } = (isSigned ? signedBody : await this.#readBody(request)) ?? {}
    if (this.#body !== undefined) refuseUnlessFits(body, this.#body, 'body')

    // The compiler knows a call by its definition only in `handler`; here everything has been checked against it.
    const call = { params, query, body, ...caller, serverName: tenant.serverName, http: request } as Call<Endpoint>
    await this.#answer(await this.#handlerFor(tenant)(call), reply)
  }

  #tenantOf(request: HttpRequest): Tenant<M> {
    const tenant = tenantAt(this.#options, request.host)
    if (tenant === undefined) {
      throw notFound('No Matrix server has this name here. Check the address, or the Host header that a proxy sends.')
    }
    request.serverName = tenant.serverName
    return tenant
  }

  async #authenticateUser(tenant: Tenant<M>, request: HttpRequest): Promise<Authenticated> {
    const { authenticate, allowLocked = false } = this.#endpoint
    if (authenticate === 'none') return nobody
    const token = accessTokenOf(request, this.#options.acceptTokenInQuery)
    if (token === undefined && authenticate === 'access-token?') return nobody
    const session = await tenant.authenticateToken(token, { allowLocked, request })
    request.user = session.userId
    return { session, origin: undefined }
  }

  async #authenticateServer(
    tenant: Tenant<M>,
    request: HttpRequest,
    body: JsonBody | undefined,
  ): Promise<Authenticated> {
    const { method, target, headers } = request
    const { authorization } = headers
    // A body that is no object cannot have been signed; the schema refuses it with the right words later.
    const signedBy = (content: Json | undefined) =>
      tenant.authenticateSigned({
        method,
        uri: target,
        content: isObject(content) ? content : undefined,
        authorization,
      })
    const origin = await signedBy(body?.json).catch((error: unknown) => {
      // Canonical JSON has no fractions, so servers write them in different ways. A Dendrite signs them as it got them; were
      // its request refused, one `0.00001` in a message to a device would keep it from sending us anything ever again.
      const verbatim = body?.verbatim()
      if (verbatim === undefined) throw error
      return signedBy(verbatim)
    })
    request.user = origin
    return { session: undefined, origin }
  }

  /** Per user or server; per address where nobody is known. */
  #limit(request: HttpRequest, { session, origin }: Authenticated): void {
    const { rateLimit } = this.#endpoint
    if (rateLimit === 'none') return
    const wait = this.#options.limiter.take(session?.userId ?? origin ?? request.remoteAddress, rateLimit)
    if (wait > 0) throw limitExceeded(wait)
  }

  #readParams(request: HttpRequest): Readonly<Record<string, string>> {
    const { params } = request
    if (this.#params === undefined) return params
    // A former path may lack the last one: state without a state key.
    const isShort = this.#paramNames.some((name) => params[name] === undefined)
    const complete = isShort ? { ...Object.fromEntries(this.#paramNames.map((name) => [name, ''])), ...params } : params
    refuseUnlessFits(complete, this.#params, 'path')
    return complete
  }

  #readBody(request: HttpRequest): Promise<JsonBody> | undefined {
    return this.#body === undefined ? undefined : readJsonBody(request, this.#endpoint)
  }

  #handlerFor(tenant: Tenant<M>): ReturnType<Handler<M>['make']> {
    const known = this.#handlers.get(tenant)
    if (known !== undefined) return known
    const made = this.#make(tenant.modules)
    this.#handlers.set(tenant, made)
    return made
  }

  async #answer(result: unknown, reply: HttpReply): Promise<void> {
    if (!(result instanceof SpecialAnswer)) {
      this.#checkAnswer(result)
      reply.json(200, JSON.stringify(result))
      return
    }
    const { status, content, headers } = result
    if (isStream(content)) await reply.stream(status, content, headers)
    else reply.send(status, content, headers)
  }

  #checkAnswer(result: unknown): void {
    if (this.#response === undefined || this.#response.fits(result)) return
    const { at, sentence } = this.#response.problem(result)
    throw new Error(`The answer of ${this.#endpoint.operationId} does not fit its definition: "${at}" ${sentence}.`)
  }
}

const isStream = (content: SpecialAnswer['content']): content is AsyncIterable<Uint8Array> =>
  typeof content === 'object' && Symbol.asyncIterator in content

function tenantAt<M>({ tenantAt }: MountOptions<M>, host: string): Tenant<M> | undefined {
  const tenant = tenantAt(host)
  if (tenant !== undefined) return tenant
  const name = host.replace(/:\d+$/, '')
  const withoutPort = name === host ? undefined : tenantAt(name)
  if (withoutPort !== undefined || !name.endsWith('.localhost')) return withoutPort
  // For trying things out: alfa.example reached as alfa.example.localhost.
  return tenantAt(name.slice(0, -'.localhost'.length))
}
