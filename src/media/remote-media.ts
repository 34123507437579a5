// Content of other servers: fetched once, kept on disk while it is used, bounded in all.
// spec: client-server-api/modules/content_repo.md; server-server-api #content-repository

import {
  type Failure,
  type FederationTransport,
  MediaCutShort,
  matrixErrorOf,
} from '#federation/transport/transport.ts'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { FairSemaphore } from '#platform/limits/limits.ts'
import { connectionFailed, MatrixError, notYetUploaded } from '#protocol/errors/errors.ts'
import type { MxcUri } from '#protocol/identifiers/identifiers.ts'
import { fileNameIn } from './content-disposition.ts'
import { parseContentType } from './content-type.ts'
import type { FileStore } from './file-store.ts'
import type { MediaFile } from './local-media.ts'
import {
  deleteThumbnails,
  evictRemote,
  type RemoteRow,
  selectRemote,
  touchRemote,
  upsertRemote,
} from './store/media-rows.ts'

export interface RemoteMediaOptions {
  /** Largest file that is fetched, bytes. */
  readonly largestDownload: number
  /** Bytes of all copies together. */
  readonly largestCache: number
  /** How long a copy is kept that nobody uses. */
  readonly keep: Milliseconds
}

export interface RemoteMediaParts {
  readonly database: Database
  readonly clock: Clock
  readonly transport: Pick<FederationTransport, 'download'>
  readonly files: FileStore
  readonly thumbnails: FileStore
  readonly options: RemoteMediaOptions
}

/** The time of the last use is written once an hour: it only says what has not been used for weeks. */
const TOUCH_AFTER: Milliseconds = 60 * 60_000
/** Files of one round of cleaning. */
const EVICT_AT_ONCE = 200

export class RemoteMedia {
  readonly #parts: RemoteMediaParts
  readonly #underWay = new Map<string, Promise<MediaFile>>()
  // A slow server holds four of its own places and none of the others'.
  readonly #places = new FairSemaphore({ places: 32, placesPerKey: 4, waitingPerKey: 100, waiting: 2_000 })
  // A copy is not entered while others are thrown out: equal content is one file.
  readonly #entering = new FairSemaphore({ places: 1, waitingPerKey: 5_000, waiting: 5_000 })

  constructor(parts: RemoteMediaParts) {
    this.#parts = parts
  }

  /**
   * The copy of a file, fetched when there is none. Callers who ask at the same time share one fetch.
   *
   * @throws 404, 403 as the other server says; 502 when it does not answer, `M_TOO_LARGE` when the file is; 504 `M_NOT_YET_UPLOADED`.
   */
  async find(uri: MxcUri, wait: Milliseconds): Promise<MediaFile> {
    const { serverName, mediaId } = uri
    const row = await this.#parts.database.one(selectRemote, serverName, mediaId)
    if (row !== undefined && (await this.#parts.files.open(row.hash)) !== undefined) {
      const now = this.#parts.clock.now()
      if (row.used_at < now - TOUCH_AFTER) await this.#parts.database.run(touchRemote, serverName, mediaId, now)
      return fileOf(row)
    }
    const name = `${serverName}/${mediaId}`
    const underWay = this.#underWay.get(name)
    if (underWay !== undefined) return underWay
    const fetching = this.#places
      .run(serverName, () => this.#fetch(uri, wait))
      .finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, fetching)
    return fetching
  }

  /** Throws out what nobody has used for long, and what is beyond the room there is. */
  async clean(): Promise<void> {
    const { database, clock, options, files, thumbnails } = this.#parts
    for (;;) {
      const count = await this.#entering.run('', async () => {
        const gone = await database.run(evictRemote, clock.now() - options.keep, options.largestCache, EVICT_AT_ONCE)
        const hashes = gone.map((row) => row.hash)
        if (hashes.length === 0) return 0
        for (const small of await database.run(deleteThumbnails, hashes)) await thumbnails.delete(small.hash)
        for (const hash of hashes) await files.delete(hash)
        return hashes.length
      })
      if (count < EVICT_AT_ONCE) return
    }
  }

  async #fetch({ serverName, mediaId }: MxcUri, uploadWait: Milliseconds): Promise<MediaFile> {
    const { transport, files, database, clock, options } = this.#parts
    const outcome = await transport.download(serverName, { mediaId, maxBytes: options.largestDownload, uploadWait })
    if (!outcome.ok) throw errorOf(outcome.failure)
    const { body, ...headers } = outcome.value
    const contentType = parseContentType(headers.contentType)
    const fileName = fileNameIn(headers.contentDisposition)
    const { size, hash } = await this.#keep(files, body)
    return await this.#entering.run('', async () => {
      // Equal content may have been thrown out between the writing and this turn: rare, and asked for again.
      if ((await files.open(hash)) === undefined) throw connectionFailed('The content was just removed. Try again.')
      const described = [contentType ?? null, fileName ?? null, size, hash] as const
      await database.run(upsertRemote, serverName, mediaId, ...described, clock.now())
      return { contentType, fileName, size, hash }
    })
  }

  async #keep(files: FileStore, body: AsyncIterable<Uint8Array>) {
    try {
      return await files.put(body)
    } catch (error) {
      if (!(error instanceof MediaCutShort)) throw error
      throw error.reason === 'too-large'
        ? tooLargeElsewhere()
        : connectionFailed('The other server broke off while it sent the content. Try again later.')
    }
  }
}

/** Content of another server that is larger than we take. */
export const tooLargeElsewhere = (): MatrixError =>
  new MatrixError({
    status: 502,
    errcode: 'M_TOO_LARGE',
    message: 'The content is larger than this server takes from others. Ask the sender for a smaller one.',
  })

function errorOf(failure: Failure): MatrixError {
  if (failure.kind === 'refused') {
    if (failure.errcode === 'M_NOT_YET_UPLOADED')
      return notYetUploaded('This content is not uploaded yet. Try again later.')
    if (failure.errcode === 'M_TOO_LARGE') return tooLargeElsewhere()
  }
  return matrixErrorOf(failure)
}

const fileOf = ({ content_type, file_name, size, hash }: RemoteRow): MediaFile => ({
  contentType: content_type ?? undefined,
  fileName: file_name ?? undefined,
  size,
  hash,
})
