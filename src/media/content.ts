// Content as it is served: bytes, and the headers that keep a browser from running them.
// spec: client-server-api/modules/content_repo.md #content-repository, #serving-inline-content

import { contentDisposition } from './content-disposition.ts'
import { isInline, unknownType } from './content-type.ts'

export interface Content {
  readonly contentType: string | undefined
  readonly fileName: string | undefined
  readonly size: number
  readonly body: AsyncIterable<Uint8Array>
}

type Headers = Readonly<Record<string, string>>

const guards: Headers = Object.freeze({
  // The policy that the specification recommends: whatever the content is, it runs nothing and reaches nothing.
  'content-security-policy':
    "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; object-src 'self';",
  'x-content-type-options': 'nosniff',
  // Content never changes; it is for who has asked, not for a cache in between.
  'cache-control': 'private, max-age=86400, immutable',
})

/** Headers of an answer to a client. `cross-origin-resource-policy` is set for all media paths where routes are mounted. */
export const clientHeaders = (content: Content): Headers => ({
  ...guards,
  'content-length': String(content.size),
  ...describingHeaders(content),
})

function describingHeaders({ contentType = unknownType, fileName }: Content): Headers {
  return {
    'content-type': contentType,
    'content-disposition': contentDisposition(isInline(contentType) ? 'inline' : 'attachment', fileName),
  }
}

/** The answer to another server: `multipart/mixed` with a JSON part, empty today, before the content. */
export function multipart(content: Content, boundary: string): { headers: Headers; body: AsyncIterable<Uint8Array> } {
  const described = Object.entries(describingHeaders(content)).map(([name, value]) => `${name}: ${value}\r\n`)
  const before = Buffer.from(
    `--${boundary}\r\ncontent-type: application/json\r\n\r\n{}\r\n--${boundary}\r\n${described.join('')}\r\n`,
  )
  const after = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    headers: {
      'content-type': `multipart/mixed; boundary=${boundary}`,
      'content-length': String(before.length + content.size + after.length),
    },
    body: between(before, content.body, after),
  }
}

async function* between(before: Uint8Array, body: AsyncIterable<Uint8Array>, after: Uint8Array) {
  yield before
  yield* body
  yield after
}
