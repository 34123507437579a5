// Answers of handlers that are more than an object to be written as JSON with status 200.

import type { ReplyBody, ReplyHeaders } from '#platform/http/http.ts'
import type { Json } from '#protocol/json/json.ts'

/** Made by the functions below; written by the mount. */
export class SpecialAnswer {
  readonly status: number
  readonly headers: ReplyHeaders | undefined
  readonly content: ReplyBody | AsyncIterable<Uint8Array>

  constructor(parts: { status: number; headers?: ReplyHeaders; content: ReplyBody | AsyncIterable<Uint8Array> }) {
    this.status = parts.status
    this.headers = parts.headers
    this.content = parts.content
  }
}

const jsonType: ReplyHeaders = Object.freeze({ 'content-type': 'application/json' })

/** JSON that is text or bytes already: `/sync` is put together from events that were serialised once. Not looked at again. */
export const rawJson = (content: ReplyBody): SpecialAnswer =>
  new SpecialAnswer({ status: 200, headers: jsonType, content })

/** JSON with another status than 200: user-interactive authentication answers 401 without an errcode. */
export const jsonAnswer = (status: number, body: Json | { readonly [key: string]: unknown }): SpecialAnswer =>
  new SpecialAnswer({ status, headers: jsonType, content: JSON.stringify(body) })

/** Bytes; `headers` carry the content type. */
export const bytesAnswer = (content: Uint8Array, headers: ReplyHeaders): SpecialAnswer =>
  new SpecialAnswer({ status: 200, headers, content })

/** Bytes as they come; `headers` carry the content type, and the length if it is known. */
export const streamAnswer = (content: AsyncIterable<Uint8Array>, headers: ReplyHeaders): SpecialAnswer =>
  new SpecialAnswer({ status: 200, headers, content })

/** Sends the caller elsewhere: 302 for people's browsers, 307 or 308 for content. */
export const redirectAnswer = (status: 302 | 307 | 308, location: string): SpecialAnswer =>
  new SpecialAnswer({ status, headers: { location, ...jsonType }, content: '{}' })
