// Finds the route of a request by find-my-way, a radix tree.
// Decision: docs/decisions (find-my-way on node:http). Paths are matched before `%2F` is decoded, parameters are decoded once.

import findMyWay, { type HTTPMethod } from 'find-my-way'
import type { ReplyHeaders } from './reply.ts'
import type { Miss, Route } from './route.ts'

/** A route with what is worth computing once. */
export interface CompiledRoute {
  readonly route: Route
  /** Name and value in turn, as `writeHead` takes them. */
  readonly headers: readonly string[]
  readonly jsonHeaders: readonly string[]
}

export interface Match {
  readonly compiled: CompiledRoute
  readonly params: Readonly<Record<string, string>>
}

/** The bound of the whole head comes first; no parameter is too long for the router. */
const LONGEST_PARAMETER = 1 << 20

const noQuery = {}

export class Router {
  readonly #router = findMyWay({
    maxParamLength: LONGEST_PARAMETER,
    // Handlers read the raw query themselves.
    querystringParser: () => noQuery,
    // Makes a malformed path visible: it is "found" with an empty store.
    onBadUrl: () => undefined,
  })
  readonly #methods = new Set<HTTPMethod>()

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const method = asMethod(route.method)
      this.#methods.add(method)
      this.#router.on(method, route.pattern, () => undefined, compile(route))
    }
  }

  /** @returns the match, `malformed` for percent-encoding that is no UTF-8 (or a target that is no path), or undefined. */
  find(method: string, target: string): Match | 'malformed' | undefined {
    const found = this.#router.find(asMethod(method), target)
    if (found === null) return method === 'HEAD' ? this.find('GET', target) : undefined
    if (!found.store) return 'malformed'
    return { compiled: found.store as CompiledRoute, params: found.params as Record<string, string> }
  }

  /** What there is at a path, for 404, 405 and OPTIONS. Off the usual path, so it tries every method. */
  look(target: string): Miss | 'malformed' {
    const methods: string[] = []
    let headers: ReplyHeaders | undefined
    for (const method of this.#methods) {
      const found = this.#router.find(method, target)
      if (found === null) continue
      if (!found.store) return 'malformed'
      methods.push(method)
      headers ??= (found.store as CompiledRoute).route.headers
    }
    if (methods.includes('GET') && !methods.includes('HEAD')) methods.push('HEAD')
    return { knownPath: methods.length > 0, methods, headers }
  }
}

/** The router's type lists the methods of Node; any other text simply has no tree. */
function asMethod(method: string): HTTPMethod {
  return method as HTTPMethod
}

function compile(route: Route): CompiledRoute {
  const headers = flatten(route.headers)
  return { route, headers, jsonHeaders: [...headers, 'content-type', 'application/json'] }
}

/** Name and value in turn; a list value becomes several headers. */
export function flatten(headers: ReplyHeaders | undefined): string[] {
  const flat: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (typeof value === 'string') flat.push(name, value)
    else for (const one of value ?? []) flat.push(name, one)
  }
  return flat
}
