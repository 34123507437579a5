// One endpoint, one definition: what the server, the gateway, the web client, the command line and the conformance table read.

import type { Static, TObject, TSchema } from 'typebox'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * How the caller is authenticated. `access-token`: a user's session; `access-token?`: optional; `signed`: X-Matrix federation
 * request; `none`.
 */
export type Authentication = 'none' | 'access-token' | 'access-token?' | 'signed'

/** Classes of the rate limiter, per user or per address; `none` where the specification says "Rate-limited: no". */
export type RateLimit = 'none' | 'message' | 'request' | 'login' | 'registration' | 'join' | 'media' | 'federation'

export interface Endpoint<
  Params extends TObject = TObject,
  Query extends TObject = TObject,
  Body extends TSchema = TSchema,
  Response extends TSchema = TSchema,
> {
  /** The specification's operationId; unique with the API it belongs to. */
  readonly operationId: string
  readonly method: Method
  /** Full path with `:name` for parameters. */
  readonly path: string
  /** Former prefixes that old clients still use (`r0`, `unstable/…`). */
  readonly formerPaths?: readonly string[]
  readonly authenticate: Authentication
  readonly rateLimit: RateLimit
  readonly params?: Params
  readonly query?: Query
  /** JSON body. Without it a body is ignored. `'bytes'`: the handler reads the stream itself (media). */
  readonly body?: Body | 'bytes'
  /** An empty body is read as `{}`: where the specification asks for no member, and clients send nothing. */
  readonly emptyBody?: boolean
  /** Bytes; 1 MiB unless told. */
  readonly bodyLimit?: number
  /** Schema of the 200 answer's JSON; undefined for bytes. */
  readonly response?: Response
  /** What user-interactive authentication this endpoint asks, if any. */
  readonly userInteractive?: boolean
  /** Whether a locked account may call it (logout). */
  readonly allowLocked?: boolean
}

export type ParamsOf<E> = E extends { readonly params: infer P extends TSchema } ? Static<P> : Record<string, never>
export type QueryOf<E> = E extends { readonly query: infer Q extends TSchema } ? Static<Q> : Record<string, never>
export type BodyOf<E> = E extends { readonly body: infer B } ? (B extends TSchema ? Static<B> : undefined) : undefined
export type ResponseOf<E> = E extends { readonly response: infer R extends TSchema } ? Static<R> : never

/** Identity with inference: the definition keeps its literal types. */
export const endpoint = <const E extends Endpoint>(definition: E): E => definition
