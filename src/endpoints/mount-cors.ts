// Headers that let web pages of other origins use the APIs of clients.
// spec: client-server-api #web-browser-clients, #content-repository (Cross-Origin-Resource-Policy)

import type { ReplyHeaders } from '#platform/http/http.ts'

/** On every answer to a client, errors too. */
export const corsHeaders: ReplyHeaders = Object.freeze({
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS',
  'access-control-allow-headers': 'X-Requested-With, Content-Type, Authorization',
})

/** Content may be shown in pages of other origins; without this, browsers that isolate pages refuse it. */
const mediaHeaders: ReplyHeaders = Object.freeze({ ...corsHeaders, 'cross-origin-resource-policy': 'cross-origin' })

/** The answer to OPTIONS: kept by browsers for a day, so that most calls need no second one. */
export const preflightHeaders: ReplyHeaders = Object.freeze({ ...corsHeaders, 'access-control-max-age': '86400' })

const serverPath = /^\/_matrix\/(?:federation|key)\//
const contentPath = /^\/_matrix\/(?:client\/v1\/media|media\/[^/]+)\//

/** Headers of a path; undefined for what only servers call. */
export function corsHeadersFor(path: string): ReplyHeaders | undefined {
  if (serverPath.test(path)) return undefined
  return contentPath.test(path) ? mediaHeaders : corsHeaders
}
