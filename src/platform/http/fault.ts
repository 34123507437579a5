// What can be wrong with a request before any route has an opinion. The owner of the routes turns it into an answer.
// spec: RFC 9110 §15.5

export type HttpFaultKind =
  | 'malformed-request' // not HTTP as we read it: 400
  | 'malformed-path' // percent-encoding that is no UTF-8: 400
  | 'headers-too-large' // 431
  | 'request-timeout' // the head did not come in time: 408
  | 'body-too-large' // 413
  | 'body-too-slow' // 408
  | 'client-gone' // nobody reads the answer
  | 'too-many-requests' // too many at once from this address: 429
  | 'no-answer' // a route ended without answering, a defect: 500

const statuses: Readonly<Record<HttpFaultKind, number>> = {
  'malformed-request': 400,
  'malformed-path': 400,
  'headers-too-large': 431,
  'request-timeout': 408,
  'body-too-large': 413,
  'body-too-slow': 408,
  'client-gone': 400,
  'too-many-requests': 429,
  'no-answer': 500,
}

export class HttpFault extends Error {
  readonly kind: HttpFaultKind
  /** The status of an answer that says no more than HTTP does. */
  readonly status: number

  constructor(kind: HttpFaultKind, message: string) {
    super(message)
    this.name = 'HttpFault'
    this.kind = kind
    this.status = statuses[kind]
  }
}
