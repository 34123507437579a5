// What the handlers of content have in common: reading a request, and the answer with its headers.
// spec: client-server-api/modules/content_repo.md

import { type Content, clientHeaders, type Media, type ThumbnailWish, type Upload } from '#media/media.ts'
import type { HttpRequest } from '#platform/http/http.ts'
import { notFound } from '#protocol/errors/errors.ts'
import type { MxcUri, ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { type SpecialAnswer, streamAnswer } from '../answer.ts'

/** The body is cut off at the largest upload, with 413. */
export const uploadFrom = (
  { options }: Media,
  http: HttpRequest,
  parts: { readonly userId: UserId; readonly fileName: string | undefined },
): Upload => ({ ...parts, contentType: http.headers['content-type'], body: http.stream(options.largestUpload) })

/** The address in a path: the definition has checked both parts. */
export const uriIn = (params: { readonly serverName: ServerName; readonly mediaId: string }): MxcUri => ({
  serverName: params.serverName,
  mediaId: params.mediaId,
})

export interface ThumbnailQuery {
  readonly width: number
  readonly height: number
  readonly method?: 'crop' | 'scale' | undefined
  readonly animated?: boolean | undefined
}

export const wishIn = ({ width, height, method = 'scale', animated = false }: ThumbnailQuery): ThumbnailWish => ({
  width,
  height,
  method,
  animated,
})

export const contentAnswer = (content: Content): SpecialAnswer => streamAnswer(content.body, clientHeaders(content))

/** The old paths answer where the operator lets them. @throws 404 otherwise, as after the freeze. */
export function refuseWhereFrozen({ options }: Media): void {
  if (options.unauthenticatedPaths) return
  throw notFound('Content is given to those who are logged in. Use /_matrix/client/v1/media with an access token.')
}
