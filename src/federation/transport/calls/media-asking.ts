// Fetches media from the server that owns it. spec: server-server-api #content-repository

import type { Clock } from '#platform/clock/clock.ts'
import type { ServerName } from '#protocol/identifiers/identifiers.ts'
import type { Call, FederationClient, OpenAnswer } from '../client/client.ts'
import { readRefusal } from '../client/client.ts'
import { Deadline } from '../client/deadline.ts'
import { path, type Query } from '../client/request-target.ts'
import { badAnswer, failed, type Outcome, succeeded } from '../failure.ts'
import { NetworkError, type PlainFetch, type WireAnswer } from '../network/network.ts'
import { type Download, type MediaCalls, MediaCutShort, type MediaRequest } from './media-calls.ts'
import { boundaryOf, MalformedMultipart, readMultipart } from './multipart.ts'
import { isUnknownEndpoint } from './room-asking.ts'

/** How long the other server may wait for an upload that is under way, at most. */
const MAX_UPLOAD_WAIT = 60_000
const DEFAULT_UPLOAD_WAIT = 20_000
/** Until the answer begins, beyond that wait. */
const HEAD_TIMEOUT = 30_000
/** Between two pieces from the other server. */
const PIECE_TIMEOUT = 30_000
/** Our reader (a disk, a client on a train) may pause for as long. After that the media is given up, so that nothing is held for ever. */
const READER_TIMEOUT = 300_000
/** Of a `Location`. */
const MAX_REDIRECTS = 3

export interface MediaParts {
  readonly client: FederationClient
  /** Where media behind a `Location` is fetched; its addresses are judged like all others. */
  readonly fetch: PlainFetch
  readonly clock: Clock
}

export function mediaCalls(parts: MediaParts): MediaCalls {
  return {
    download: (to, asked, signal) => fetchMedia(parts, { to, asked, signal, kind: 'download', query: [] }),
    thumbnail: (to, asked, signal) => {
      const { width, height, method, animated } = asked
      const query: Query = [
        ['width', width],
        ['height', height],
        ['method', method],
        ['animated', animated],
      ]
      return fetchMedia(parts, { to, asked, signal, kind: 'thumbnail', query })
    },
  }
}

interface Wanted {
  readonly to: ServerName
  readonly asked: MediaRequest
  readonly signal: AbortSignal | undefined
  readonly kind: 'download' | 'thumbnail'
  readonly query: Query
}

async function fetchMedia(parts: MediaParts, wanted: Wanted): Promise<Outcome<Download>> {
  const { to, asked, kind, signal } = wanted
  const uploadWait = Math.min(asked.uploadWait ?? DEFAULT_UPLOAD_WAIT, MAX_UPLOAD_WAIT)
  const query: Query = [...wanted.query, ['timeout_ms', uploadWait]]
  const call = { to, signal, method: 'GET', bulk: true, timeout: HEAD_TIMEOUT + uploadWait } as const
  const target = path`/_matrix/federation/v1/media/${kind}/${asked.mediaId}`
  const outcome = await openMedia(parts, { ...call, path: target, query, accept: 'multipart/mixed' }, asked, readPart)
  if (!isUnknownEndpoint(outcome)) return outcome
  // "must try the endpoints above before falling back … be sure to set allow_remote to false"
  const old = path`/_matrix/media/v3/${kind}/${to}/${asked.mediaId}`
  const oldQuery: Query = [...query, ['allow_remote', false]]
  return await openMedia(
    parts,
    { ...call, path: old, query: oldQuery, accept: '*/*', unsigned: true },
    asked,
    readWhole,
  )
}

/** What an answer holds: the media, or where it is. */
type Found =
  | { readonly media: WireAnswer['body']; readonly type: string | undefined; readonly disposition: string | undefined }
  | { readonly location: URL }

async function readPart({ headers, body }: WireAnswer): Promise<Found> {
  const boundary = boundaryOf(headers['content-type'])
  if (boundary === undefined) throw new MalformedMultipart('the content type is not multipart/mixed with a boundary')
  const part = await readMultipart(body, boundary)
  const location = part.headers.get('location')
  if (location === undefined) {
    return {
      media: part.body,
      type: part.headers.get('content-type'),
      disposition: part.headers.get('content-disposition'),
    }
  }
  const url = URL.parse(location)
  if (url?.protocol !== 'https:') throw new MalformedMultipart('the Location is no https URL')
  return { location: url }
}

const readWhole = async ({ headers, body }: WireAnswer): Promise<Found> => ({
  media: body,
  type: headers['content-type'],
  disposition: headers['content-disposition'],
})

/**
 * Opens the answer and hands out its body while it comes. The place among the requests to the server is held until the body has been read,
 * given up, or has timed out.
 */
function openMedia(
  parts: MediaParts,
  call: Call,
  asked: MediaRequest,
  read: (answer: WireAnswer) => Promise<Found>,
): Promise<Outcome<Download>> {
  const opened = Promise.withResolvers<Outcome<Download>>()
  const handle = async ({ answer, deadline }: OpenAnswer): Promise<Outcome<undefined>> => {
    if (answer.status !== 200) return await readRefusal(call.to, answer)
    const found = await readOrRefuse(call.to, () => read(answer))
    if (!found.ok) return found
    if ('location' in found.value) {
      opened.resolve(await follow(parts, call, found.value.location, asked.maxBytes))
      return succeeded(undefined)
    }
    const { body, done } = guarded(found.value.media, deadline, asked.maxBytes)
    opened.resolve(succeeded({ contentType: found.value.type, contentDisposition: found.value.disposition, body }))
    await done
    return succeeded(undefined)
  }
  parts.client.open(call, handle).then((outcome) => {
    if (!outcome.ok) opened.resolve(outcome)
  }, opened.reject)
  return opened.promise
}

async function readOrRefuse<T>(to: ServerName, read: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return succeeded(await read())
  } catch (error) {
    if (error instanceof MalformedMultipart) return badAnswer(to, error.message)
    throw error
  }
}

/** Media that lies elsewhere: a plain HTTPS request without our name or signature. */
async function follow(
  { fetch, clock }: MediaParts,
  call: Call,
  start: URL,
  maxBytes: number,
): Promise<Outcome<Download>> {
  const deadline = new Deadline(clock, HEAD_TIMEOUT, call.signal)
  try {
    let url: URL = start
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const answer = await fetch.fetch(url, deadline.signal)
      if (answer.status === 200) {
        const { body, done } = guarded(answer.body, deadline, maxBytes)
        void done.then(() => deadline.end())
        const { 'content-type': contentType, 'content-disposition': contentDisposition } = answer.headers
        return succeeded({ contentType, contentDisposition, body })
      }
      const next = URL.parse(answer.headers['location'] ?? '', url.href)
      if (answer.status < 300 || answer.status > 399 || next?.protocol !== 'https:') break
      url = next
    }
    deadline.end()
    return badAnswer(call.to, 'The media is not where the answer says.')
  } catch (error) {
    const { expired } = deadline
    deadline.end()
    if (expired) return failed({ kind: 'unreachable', destination: call.to, reason: 'timeout' })
    if (call.signal?.aborted) return failed({ kind: 'unreachable', destination: call.to, reason: 'cancelled' })
    if (error instanceof NetworkError)
      return failed({ kind: 'unreachable', destination: call.to, reason: error.reason })
    throw error
  }
}

/** A body with its limits: bytes, silence of the other server, and a reader that does not come back. `done` never rejects. */
function guarded(
  source: AsyncIterable<Uint8Array>,
  deadline: Deadline,
  maxBytes: number,
): { readonly body: AsyncIterable<Uint8Array>; readonly done: Promise<void> } {
  const { promise: done, resolve } = Promise.withResolvers<void>()
  // Also for a body that nobody ever begins to read.
  deadline.signal.addEventListener('abort', () => resolve(), { once: true })
  deadline.restart(READER_TIMEOUT)
  const body = async function* () {
    let length = 0
    deadline.restart(PIECE_TIMEOUT)
    try {
      for await (const piece of source) {
        length += piece.length
        if (length > maxBytes) throw new MediaCutShort('too-large')
        deadline.restart(READER_TIMEOUT)
        yield piece
        deadline.restart(PIECE_TIMEOUT)
      }
    } catch (error) {
      throw cutShort(error, deadline)
    } finally {
      resolve()
    }
  }
  return { body: body(), done }
}

function cutShort(error: unknown, deadline: Deadline): MediaCutShort {
  if (error instanceof MediaCutShort) return error
  if (deadline.expired) return new MediaCutShort('timeout')
  return new MediaCutShort(error instanceof MalformedMultipart ? 'malformed' : 'connection')
}
