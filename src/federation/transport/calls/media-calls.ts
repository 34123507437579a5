// Media of other servers: the multipart answer, its redirect, and the old path for servers that know no other.
// spec: server-server-api #content-repository; content_repository.yaml

import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Outcome } from '../failure.ts'

export interface MediaRequest {
  /** The opaque part of the `mxc` URI. */
  readonly mediaId: string
  /** The answer is cut off with an error above this. */
  readonly maxBytes: number
  /** How long the other server may wait for an upload that is under way, ms; at most 60,000. */
  readonly uploadWait?: number
}

export interface ThumbnailRequest extends MediaRequest {
  readonly width: number
  readonly height: number
  readonly method: 'crop' | 'scale'
  readonly animated?: boolean
}

export interface Download {
  /** As the other server said it: hostile text, to be matched against a list before it is served. Undefined when absent. */
  readonly contentType: string | undefined
  readonly contentDisposition: string | undefined
  /** The bytes. Throws `MediaCutShort` when the other server stops, is silent, or sends more than `maxBytes`. Must be read to its end or returned. */
  readonly body: AsyncIterable<Uint8Array>
}

/** The download broke off after it began: what was read so far must be thrown away. */
export class MediaCutShort extends Error {
  readonly reason: 'too-large' | 'timeout' | 'connection' | 'malformed'
  constructor(reason: 'too-large' | 'timeout' | 'connection' | 'malformed') {
    super(`The media broke off (${reason}).`)
    this.name = 'MediaCutShort'
    this.reason = reason
  }
}

export interface MediaCalls {
  download(to: ServerName, asked: MediaRequest, signal?: AbortSignal): Promise<Outcome<Download>>
  thumbnail(to: ServerName, asked: ThumbnailRequest, signal?: AbortSignal): Promise<Outcome<Download>>
}
