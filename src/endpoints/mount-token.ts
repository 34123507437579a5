// Finds the access token of a request.
// spec: client-server-api #using-access-tokens; MSC4127 (no token in the query)

import type { HttpRequest } from '#platform/http/http.ts'
import { queryValue } from './mount-query.ts'

const bearer = /^bearer +(\S+) *$/i

/** The token in the `Authorization` header, else in the query if that is accepted; undefined without one. */
export function accessTokenOf(request: HttpRequest, acceptInQuery: boolean): string | undefined {
  const header = request.headers.authorization
  if (header !== undefined) return bearer.exec(header)?.[1]
  return acceptInQuery ? queryValue(request.query, 'access_token') : undefined
}
