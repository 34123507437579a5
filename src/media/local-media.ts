// Content of our users: uploads, and addresses that are given out before the upload.
// spec: client-server-api, POST /_matrix/media/v3/upload, POST /_matrix/media/v1/create, PUT /_matrix/media/v3/upload/{serverName}/{mediaId}

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Random } from '#platform/random/random.ts'
import {
  cannotOverwriteMedia,
  forbidden,
  invalidParam,
  limitExceeded,
  notFound,
  notYetUploaded,
} from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { parseFileName } from './content-disposition.ts'
import { parseContentType } from './content-type.ts'
import type { FileStore } from './file-store.ts'
import {
  deleteExpired,
  fillPending,
  insertLocal,
  insertPending,
  type LocalRow,
  selectLocal,
} from './store/media-rows.ts'

/** What a client sends: the bytes, bounded by who gives them. */
export interface Upload {
  readonly userId: UserId
  readonly contentType: string | undefined
  readonly fileName: string | undefined
  readonly body: AsyncIterable<Uint8Array>
}

/** A file and what is known of it. */
export interface MediaFile {
  readonly contentType: string | undefined
  readonly fileName: string | undefined
  readonly size: number
  readonly hash: string
}

export interface LocalMediaParts {
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly files: FileStore
}

/** A person on a slow line finds a faster one within a day. */
const PENDING_LIFETIME: Milliseconds = 24 * 60 * 60 * 1000
/** Addresses without content that one user may have; a client has as many as files it is sending. */
const MAX_PENDING = 50
/** A caller told to come back when an upload may have ended. */
const PENDING_WAIT: Milliseconds = 60_000
/** 24 characters carry 142 bits: nobody finds an address that they were not told. */
const ID_LENGTH = 24

export class LocalMedia {
  readonly #parts: LocalMediaParts
  /** Those who wait for an upload, by media ID. Bounded by the requests under way. */
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(parts: LocalMediaParts) {
    this.#parts = parts
  }

  /** Stores an upload and returns its media ID. @throws `M_INVALID_PARAM` for a file name that cannot be stored. */
  async upload(upload: Upload): Promise<string> {
    const { database, files, random, clock } = this.#parts
    const { contentType, fileName } = described(upload)
    const { size, hash } = await files.put(upload.body)
    const mediaId = random.text(ID_LENGTH)
    await database.run(insertLocal, mediaId, upload.userId, contentType, fileName, size, hash, clock.now())
    return mediaId
  }

  /** Gives out an address. @throws 429 when the user has 50 without content. */
  async create(userId: UserId): Promise<{ readonly mediaId: string; readonly expiresAt: Milliseconds }> {
    const { database, random, clock } = this.#parts
    const mediaId = random.text(ID_LENGTH)
    const expiresAt = clock.now() + PENDING_LIFETIME
    const row = await database.one(insertPending, mediaId, userId, clock.now(), expiresAt, MAX_PENDING)
    if (row === undefined) throw limitExceeded(PENDING_WAIT)
    return { mediaId, expiresAt }
  }

  /** Uploads to an address. @throws 404 unknown or expired, 403 another user's, 409 when it has content. */
  async fill(mediaId: string, upload: Upload): Promise<void> {
    const { database, files } = this.#parts
    const { contentType, fileName } = described(upload)
    refuseFilled(await this.#row(mediaId), upload.userId)
    const { size, hash } = await files.put(upload.body)
    const filled = await database.one(fillPending, mediaId, contentType, fileName, size, hash)
    // Somebody was faster, with the same address: what is there stays.
    if (filled === undefined) refuseFilled(await this.#row(mediaId), upload.userId)
    for (const wake of this.#waiting.get(mediaId) ?? []) wake()
  }

  /**
   * The file at an address; waits up to `wait` ms for an upload that is to come.
   *
   * @throws 404 for an unknown or expired address, 504 `M_NOT_YET_UPLOADED`.
   */
  async find(mediaId: string, wait: Milliseconds, signal?: AbortSignal): Promise<MediaFile> {
    const upload = this.#uploadOf(mediaId)
    try {
      // Registered before the look, so that an upload in between is not missed.
      const file = fileOf(await this.#row(mediaId))
      if (file !== undefined) return file
      if (wait > 0) await this.#waitFor(upload.promise, wait, signal)
      const late = fileOf(await this.#row(mediaId))
      if (late !== undefined) return late
      throw notYetUploaded('This content is not uploaded yet. Try again in a moment.')
    } finally {
      upload.stop()
    }
  }

  /** Forgets addresses whose time is over. */
  async deleteExpired(): Promise<void> {
    await this.#parts.database.run(deleteExpired, this.#parts.clock.now())
  }

  async #row(mediaId: string): Promise<LocalRow> {
    const row = await this.#parts.database.one(selectLocal, mediaId)
    const isExpired = row?.hash === null && (row.expires_at ?? 0) <= this.#parts.clock.now()
    if (row === undefined || isExpired)
      throw notFound('There is no content at this address. Check it, or ask the sender.')
    return row
  }

  #uploadOf(mediaId: string): { readonly promise: Promise<void>; readonly stop: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(mediaId) ?? new Set()
    waiting.add(resolve)
    this.#waiting.set(mediaId, waiting)
    const stop = () => {
      waiting.delete(resolve)
      if (waiting.size === 0) this.#waiting.delete(mediaId)
    }
    return { promise, stop }
  }

  async #waitFor(upload: Promise<void>, wait: Milliseconds, signal: AbortSignal | undefined): Promise<void> {
    const end = new AbortController()
    const over = signal === undefined ? end.signal : AbortSignal.any([end.signal, signal])
    const timeout = this.#parts.clock.wait(wait, over)
    try {
      await Promise.race([upload, timeout])
    } finally {
      end.abort()
      timeout.catch(() => {})
    }
  }
}

/** A type that is none is stored as unknown, which is served as bytes to be saved. */
function described({ contentType, fileName }: Upload): { contentType: string | null; fileName: string | null } {
  const name = parseFileName(fileName)
  if (fileName !== undefined && fileName !== '' && name === undefined) {
    throw invalidParam('A file name has at most 1,024 bytes and no control characters. Give the file another name.')
  }
  return { contentType: parseContentType(contentType) ?? null, fileName: name ?? null }
}

function refuseFilled(row: LocalRow, userId: UserId): void {
  if (row.user_id !== userId) {
    throw forbidden('media/other-user', 'This address was given to another user. Ask for one of your own.')
  }
  if (row.hash !== null) throw cannotOverwriteMedia('There is content at this address already. Ask for a new one.')
}

function fileOf({ content_type, file_name, size, hash }: LocalRow): MediaFile | undefined {
  if (hash === null || size === null) return undefined
  return { contentType: content_type ?? undefined, fileName: file_name ?? undefined, size, hash }
}
