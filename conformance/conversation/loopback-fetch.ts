// `fetch` for names under `.localhost` and for servers with certificates of a test authority: Node resolves neither by itself.

import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'

/** The platform's `fetch` over sockets to loopback: every name is this machine. `authority`: PEM that is believed beside the usual. */
export function loopbackFetch(authority?: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined
    return new Promise<Response>((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: url.port,
        servername: url.hostname,
        method: request.method,
        path: url.pathname + url.search,
        headers: {
          ...Object.fromEntries(request.headers),
          host: url.host,
          ...(body && { 'content-length': body.length }),
        },
        ...(authority !== undefined && { ca: authority }),
      }
      const sent = (url.protocol === 'https:' ? https : http).request(options, (answer) => {
        const status = answer.statusCode ?? 500
        const headers = new Headers()
        for (const [name, value] of Object.entries(answer.headers)) headers.set(name, [value].flat().join(', '))
        const empty = status === 204 || status === 304
        if (empty) answer.resume()
        resolve(new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers }))
      })
      const abort = () => sent.destroy(request.signal.reason as Error)
      if (request.signal.aborted) abort()
      request.signal.addEventListener('abort', abort, { once: true })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}
