// Content types, which strangers choose: what may stand in a header, and what a browser may show inside a page.
// spec: client-server-api/modules/content_repo.md #serving-inline-content; RFC 9110 §8.3.1

/** Types that cannot run anything where they are shown. */
const inlineTypes: ReadonlySet<string> = new Set([
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
])

export const unknownType = 'application/octet-stream'

/** Longer ones are not made by anybody in good faith. */
const MAX_LENGTH = 255
const shape = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[\x20-\x7e\t]*)?$/

/** The type as it may be served: undefined for what is none. */
export function parseContentType(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed !== undefined && trimmed.length <= MAX_LENGTH && shape.test(trimmed) ? trimmed : undefined
}

/** Whether content of the type is shown in place. Everything else is offered for saving. */
export const isInline = (contentType: string): boolean => inlineTypes.has(essenceOf(contentType))

/** Without parameters, in lower case. */
const essenceOf = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
