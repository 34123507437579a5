// Answers one request: its route, or what the owner of the routes says of a miss or a fault. Every request gets one answer.
// spec: RFC 9110 §15.5.5 (404), §15.5.6 (405)

import { HttpFault } from './fault.ts'
import type { Incoming } from './incoming.ts'
import type { HttpOptions } from './options.ts'
import type { Outgoing } from './outgoing.ts'
import type { HttpRequest } from './request.ts'
import type { Answer } from './route.ts'
import type { Router } from './router.ts'

export class Answering {
  readonly #router: Router
  readonly #options: HttpOptions

  constructor(router: Router, options: HttpOptions) {
    this.#router = router
    this.#options = options
  }

  /** Never rejects. */
  async serve(request: Incoming, outgoing: Outgoing): Promise<void> {
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
      this.fail(outgoing, error)
    }
  }

  #miss(request: Incoming, outgoing: Outgoing): void {
    const options = this.#options
    const miss = this.#router.look(request.target)
    if (miss === 'malformed' && request.target !== '*') throw malformedPath()
    const known = miss === 'malformed' ? { knownPath: false, methods: [], headers: undefined } : miss
    const answer = request.method === 'OPTIONS' ? options.onOptions(known, request) : options.onNotFound(known, request)
    outgoing.answer(answer)
  }

  /** Answers with the error, unless the answer has begun: then the connection breaks off. */
  fail(outgoing: Outgoing, error: unknown): void {
    if (outgoing.request.isGone && isOfTheLeaving(error, outgoing)) return
    const answer = this.answerTo(error, outgoing.request)
    if (outgoing.request.isGone) return
    try {
      // Half an answer must not look like a whole one.
      if (outgoing.sent) outgoing.response.destroy()
      else outgoing.answer(answer)
    } catch (cause) {
      this.#options.log.error({ error: cause, request_id: outgoing.request.id }, 'answer could not be written')
      outgoing.response.destroy()
    }
  }

  /** What to say of an error; `request` is undefined if there was none that could be read. */
  answerTo(error: unknown, request: HttpRequest | undefined): Answer {
    try {
      return this.#options.onError(error, request)
    } catch (cause) {
      this.#options.log.error({ error: cause }, 'error could not be turned into an answer')
      return { status: 500 }
    }
  }
}

function malformedPath(): HttpFault {
  return new HttpFault('malformed-path', 'The path is not valid: its percent-encoding must be UTF-8.')
}

/** What a route throws because its client has left is no error of the route. */
function isOfTheLeaving(error: unknown, outgoing: Outgoing): boolean {
  if (error instanceof HttpFault) return error.kind === 'client-gone'
  return error === outgoing.request.signal.reason || (error instanceof Error && error.name === 'AbortError')
}
