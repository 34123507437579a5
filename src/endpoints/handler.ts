// A handler turns a request into a command for one module, and its result into an answer. No rules live here.

import type { Session } from '#accounts/accounts.ts'
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ResponseOf } from '#api/endpoint.ts'
import type { HttpRequest } from '#platform/http/http.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { SpecialAnswer } from './answer.ts'
import type { Modules } from './modules.ts'

/** Who calls with an access token. */
export type { Session }

type SessionOf<E extends Endpoint> = E['authenticate'] extends 'access-token'
  ? Session
  : E['authenticate'] extends 'access-token?'
    ? Session | undefined
    : undefined

type OriginOf<E extends Endpoint> = E['authenticate'] extends 'signed' ? ServerName : undefined

/** One call of an endpoint: everything parsed, checked against the definition, and authenticated. */
export interface Call<E extends Endpoint> {
  readonly params: ParamsOf<E>
  readonly query: QueryOf<E>
  /** Undefined for an endpoint without a JSON body; bytes are read from `http.stream(limit)`. */
  readonly body: BodyOf<E>
  readonly session: SessionOf<E>
  /** The server that signed the request. */
  readonly origin: OriginOf<E>
  /** The server that was called. */
  readonly serverName: ServerName
  /** The request itself: address, headers, `signal` for waiting, `draining` for long polls, a body of bytes. */
  readonly http: HttpRequest
}

export type Result<E extends Endpoint> = ResponseOf<E> | SpecialAnswer

type Handle<E extends Endpoint> = (call: Call<E>) => Promise<Result<E>> | Result<E>

/** A handler as lists carry it: the types of its definition have done their work. */
export interface Handler<M = Modules> {
  readonly endpoint: Endpoint
  /** Called once per tenant. */
  readonly make: (modules: M) => (call: Call<Endpoint>) => unknown
}

/**
 * Binds a handler to its definition.
 *
 * @param make gets the modules of a tenant, once, and gives the function that answers each call: with the object that the
 *   definition promises, or with an answer of `answer.ts` (`rawJson`, `streamAnswer`, …). Refusals are thrown as `MatrixError`.
 */
export function handler<const E extends Endpoint, M = Modules>(
  endpoint: E,
  make: (modules: M) => Handle<E>,
): Handler<M> {
  // The mount gives a call only what the definition has checked, which the compiler cannot follow through a list.
  return { endpoint, make: make as unknown as Handler<M>['make'] }
}
