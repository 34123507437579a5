// Turns whatever a request ends with into the answer that the specification names.
// spec: client-server-api #standard-error-response, #common-error-codes, #rate-limiting

import { type Answer, HttpFault, type HttpFaultKind, type HttpRequest, type Miss } from '#platform/http/http.ts'
import { Overloaded } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import { limitExceeded, MatrixError, methodNotAllowed, tooLarge, unrecognized } from '#protocol/errors/errors.ts'
import { corsHeadersFor, preflightHeaders } from './mount-cors.ts'

/** The three answers that `#platform/http` asks its owner for. */
export interface EdgeAnswers {
  onError(error: unknown, request: HttpRequest | undefined): Answer
  onNotFound(miss: Miss, request: HttpRequest): Answer
  onOptions(miss: Miss, request: HttpRequest): Answer
}

export const edgeAnswers = (log: Log): EdgeAnswers => ({
  onError: (error, request) => withCors(answerOf(refusalOf(error) ?? defect(error, request, log)), request),
  onNotFound: (miss, request) => notFoundAnswer(miss, request.path),
  onOptions: () => ({ status: 204, headers: preflightHeaders }),
})

/** A route puts its own headers on its errors; what failed before there was one would be unreadable to a page. */
function withCors(answer: Required<Answer>, request: HttpRequest | undefined): Answer {
  if (request === undefined || request.pattern !== '') return answer
  return { ...answer, headers: { ...answer.headers, ...corsHeadersFor(request.path) } }
}

function answerOf(error: MatrixError): Required<Answer> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  const wait = error.extra['retry_after_ms']
  if (typeof wait === 'number') headers['retry-after'] = String(Math.ceil(wait / 1000))
  return { status: error.status, headers, body: JSON.stringify(error) }
}

/** A refusal that was meant; undefined for a defect. */
function refusalOf(error: unknown): MatrixError | undefined {
  if (error instanceof MatrixError) return error
  // Too much is being done at once for this caller: it passes.
  if (error instanceof Overloaded) return limitExceeded(OVERLOAD_WAIT)
  if (error instanceof HttpFault && error.kind !== 'no-answer') return faultOf(error)
  return undefined
}

/** What to tell a caller when there are too many calls at once. Long enough for calls of usual length to end. */
const OVERLOAD_WAIT = 1000

const faultSentences: { readonly [kind in HttpFaultKind]?: string } = {
  'malformed-request': 'This is not an HTTP request that can be read. Check the client or the proxy in between.',
  'malformed-path': 'The path has percent-encoding that is not UTF-8. Encode it again.',
  'headers-too-large': 'The request line and headers are too large. Send shorter ones.',
  'request-timeout': 'The request did not come in time. Send it again.',
  'body-too-slow': 'The body came too slowly. Send it again.',
  'client-gone': 'The request broke off. Send it again.',
}

function faultOf({ kind, status, message }: HttpFault): MatrixError {
  if (kind === 'body-too-large') return tooLarge('The body is larger than is taken here. Send less at once.')
  if (kind === 'too-many-requests') return limitExceeded(OVERLOAD_WAIT)
  return new MatrixError({ status, errcode: 'M_UNKNOWN', message: faultSentences[kind] ?? message })
}

/** A defect of ours: logged once, here, and told without its inside. */
function defect(error: unknown, request: HttpRequest | undefined, log: Log): MatrixError {
  const fields = { error, request: request?.id, serverName: request?.serverName, route: request?.pattern }
  // A client that goes away ends waits with its signal: nobody reads the answer, and nothing is wrong.
  if (request?.signal.aborted) log.debug(fields, 'The client went away.')
  else log.error(fields, 'A request failed.')
  const id = request === undefined ? '' : ` Tell the administrators of the server this number: ${request.id}.`
  return new MatrixError({ status: 500, errcode: 'M_UNKNOWN', message: `Something went wrong in the server.${id}` })
}

function notFoundAnswer({ knownPath, methods }: Miss, path: string): Answer {
  const error = knownPath
    ? methodNotAllowed(`This path does not take this method, but ${methods.join(', ')}.`)
    : unrecognized('There is nothing at this path. Check it against the specification and the versions of this server.')
  const { status, headers, body } = answerOf(error)
  const cors = corsHeadersFor(path)
  return {
    status,
    body,
    headers: knownPath ? { ...headers, ...cors, allow: methods.join(', ') } : { ...headers, ...cors },
  }
}
