// What comes on a connection and is no request that can be read.
// spec: RFC 9112 §2.2 (invalid requests)

import type { Duplex } from 'node:stream'
import { HttpFault, type HttpFaultKind } from './fault.ts'
import { rawAnswer } from './raw-answer.ts'
import type { Answer } from './route.ts'

/** Says what is wrong, where nobody is being answered yet, and closes the connection. */
export function refuseUnreadable(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  answerTo: (fault: HttpFault) => Answer,
): void {
  const kind = kindOf(error.code)
  if (kind === undefined || !socket.writable || isAnswering(socket)) {
    socket.destroy()
    return
  }
  socket.end(rawAnswer(answerTo(new HttpFault(kind.kind, kind.sentence))))
}

function kindOf(code: string | undefined): { readonly kind: HttpFaultKind; readonly sentence: string } | undefined {
  if (code === 'HPE_HEADER_OVERFLOW')
    return { kind: 'headers-too-large', sentence: 'The request line and headers are too long.' }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { kind: 'request-timeout', sentence: 'The request did not come in time.' }
  return code?.startsWith('HPE_')
    ? { kind: 'malformed-request', sentence: 'This is not a valid HTTP/1.1 request.' }
    : undefined
}

/** An answer is already on this connection: raw bytes would end up in the middle of it. */
function isAnswering(socket: Duplex): boolean {
  return '_httpMessage' in socket && socket._httpMessage != null
}
