// A route, and what the owner of the routes answers when something is missing or goes wrong.
// spec: RFC 9110 §15.5.5 (404), §15.5.6 (405)

import type { HttpReply, ReplyBody, ReplyHeaders } from './reply.ts'
import type { HttpRequest } from './request.ts'

export interface Route {
  /** Upper case. A GET route answers HEAD as well, unless HEAD has a route of its own. OPTIONS is answered by `onOptions`. */
  readonly method: string
  /** Path with `:name` for one whole segment, which may be empty. Case-sensitive; a trailing slash is another route. */
  readonly pattern: string
  /** Put on every answer of this route, errors too (CORS). The same object for many routes, please: made once, not per request. */
  readonly headers?: ReplyHeaders
  /**
   * Answers through `reply`, exactly once. What it throws, or rejects with, goes to `onError`.
   * When it resolves without an answer, the caller gets the answer of `onError` too: that is a defect.
   */
  handle(request: HttpRequest, reply: HttpReply): Promise<void> | void
}

/** A whole answer, made by the owner of the routes. */
export interface Answer {
  readonly status: number
  readonly headers?: ReplyHeaders
  readonly body?: ReplyBody
}

/** No route for this method and path. */
export interface Miss {
  /** The path is there with other methods: 405, else 404. */
  readonly knownPath: boolean
  /** The methods that the path has, for `Allow`. */
  readonly methods: readonly string[]
  /** `headers` of a route of that path, if the path is known. */
  readonly headers: ReplyHeaders | undefined
}
