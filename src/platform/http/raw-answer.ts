// An answer to something that was no readable request: Node has no response object for it.
// spec: RFC 9112 §4

import { STATUS_CODES } from 'node:http'
import type { Answer } from './route.ts'
import { flatten } from './router.ts'

export function rawAnswer({ status, headers, body }: Answer): Buffer {
  const content = bytesOf(body ?? '')
  const flat = flatten(headers)
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    `content-length: ${content.length}`,
  ]
  for (let i = 0; i < flat.length; i += 2) lines.push(`${flat[i]}: ${flat[i + 1]}`)
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content])
}

function bytesOf(body: NonNullable<Answer['body']>): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body)
  return body instanceof Uint8Array ? body : Buffer.concat(body)
}
