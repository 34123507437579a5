// Files that people send: upload, download, thumbnails, copies of other servers' files. Face of the module.
// spec: client-server-api/modules/content_repo.md; server-server-api #content-repository

import { join } from 'node:path'
import type { FederationTransport } from '#federation/transport/transport.ts'
import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import type { Log } from '#platform/log/log.ts'
import type { Random } from '#platform/random/random.ts'
import { notFound } from '#protocol/errors/errors.ts'
import { formatMxcUri, type MxcUri, type ServerName, type UserId } from '#protocol/identifiers/identifiers.ts'
import { type Content, multipart } from './content.ts'
import { parseFileName } from './content-disposition.ts'
import { DiskFiles } from './disk-files.ts'
import type { FileStore } from './file-store.ts'
import { LocalMedia, type MediaFile, type Upload } from './local-media.ts'
import type { ThumbnailWish } from './make-thumbnail.ts'
import { RemoteMedia, type RemoteMediaOptions } from './remote-media.ts'
import { type Thumbnail, type ThumbnailOptions, Thumbnails } from './thumbnails.ts'

export { type Content, clientHeaders } from './content.ts'
export type { FileHash, FileStore, StoredFile } from './file-store.ts'
export type { Upload } from './local-media.ts'
export type { ThumbnailWish } from './make-thumbnail.ts'
export type { RemoteMediaOptions } from './remote-media.ts'
export type { ThumbnailOptions } from './thumbnails.ts'

export interface MediaOptions {
  /** Bytes. */
  readonly largestUpload: number
  readonly remote: RemoteMediaOptions
  readonly thumbnails: ThumbnailOptions
  /** Whether the old download paths, which ask nobody who they are, still answer. */
  readonly unauthenticatedPaths: boolean
}

export interface MediaFiles {
  readonly local: FileStore
  readonly remote: FileStore
  readonly thumbnails: FileStore
}

export interface MediaParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly transport: Pick<FederationTransport, 'download'>
  readonly files: MediaFiles
  readonly options: MediaOptions
}

/** What is asked for, and by whom. */
export interface Asked {
  readonly uri: MxcUri
  /** How long to wait for an upload that is to come, ms; 20 s unless told, at most 60 s. */
  readonly wait?: Milliseconds | undefined
  /** User ID, server name or address: callers take turns. */
  readonly caller: string
  /** False: content of other servers is not fetched for this caller. */
  readonly mayFetch?: boolean | undefined
  /** A name in place of the file's own. */
  readonly fileName?: string | undefined
  readonly signal?: AbortSignal | undefined
}

const DEFAULT_WAIT: Milliseconds = 20_000
const MAX_WAIT: Milliseconds = 60_000
const CLEAN_EVERY: Milliseconds = 60 * 60_000

/** A tenant's files in folders of its own: local content, copies, thumbnails. */
export async function openMediaFiles(folder: string, random: Random): Promise<MediaFiles> {
  const open = (name: string) => DiskFiles.open(join(folder, name), random)
  const [local, remote, thumbnails] = await Promise.all([open('local'), open('remote'), open('thumbnails')])
  return { local, remote, thumbnails }
}

export class Media {
  readonly options: MediaOptions
  readonly #parts: MediaParts
  readonly #local: LocalMedia
  readonly #remote: RemoteMedia
  readonly #thumbnails: Thumbnails
  #timer: Timer | undefined
  #cleaning: Promise<void> = Promise.resolve()

  constructor(parts: MediaParts) {
    const { files, options } = parts
    this.#parts = parts
    this.options = options
    this.#local = new LocalMedia({ ...parts, files: files.local })
    this.#remote = new RemoteMedia({
      ...parts,
      files: files.remote,
      thumbnails: files.thumbnails,
      options: options.remote,
    })
    this.#thumbnails = new Thumbnails({ ...parts, files: files.thumbnails, options: options.thumbnails })
    this.#cleanLater()
  }

  /** Stores an upload; its `mxc` URI. The caller bounds the body by `options.largestUpload`. */
  async upload(upload: Upload): Promise<string> {
    return this.#uriOf(await this.#local.upload(upload))
  }

  /** Gives out an address for an upload that is to come. @throws 429 when the user has too many without content. */
  async create(userId: UserId): Promise<{ readonly uri: string; readonly expiresAt: Milliseconds }> {
    const { mediaId, expiresAt } = await this.#local.create(userId)
    return { uri: this.#uriOf(mediaId), expiresAt }
  }

  /** Uploads to an address that was given out. @throws 404, 403, 409. */
  async uploadTo(uri: MxcUri, upload: Upload): Promise<void> {
    if (uri.serverName !== this.#parts.serverName) {
      throw notFound('This address is of another server. Upload to one that this server gave you.')
    }
    await this.#local.fill(uri.mediaId, upload)
  }

  /** @throws 404; 502 for another server that does not answer, or sends more than we take; 504 `M_NOT_YET_UPLOADED`. */
  async download(asked: Asked): Promise<Content> {
    const { file, files } = await this.#find(asked)
    const { contentType, fileName, size, hash } = file
    return { contentType, fileName: parseFileName(asked.fileName) ?? fileName, size, body: await bytesOf(files, hash) }
  }

  /** As `download`; further 400 and 413 for what no thumbnail can be made of. */
  async thumbnail(asked: Asked, wish: ThumbnailWish): Promise<Content> {
    const { file, files, isRemote } = await this.#find(asked)
    const source = { file, files, isRemote, caller: asked.caller }
    const { contentType, size, hash, ...thumbnail } = await this.#thumbnails.find(source, wish)
    return { contentType, fileName: nameOf(contentType), size, body: await bytesOf(thumbnail.files, hash) }
  }

  /** Content as other servers want it: `multipart/mixed`, with its headers. */
  asMultipart(content: Content): {
    readonly headers: Readonly<Record<string, string>>
    readonly body: Content['body']
  } {
    // 238 bits that the content cannot know.
    return multipart(content, this.#parts.random.text(40))
  }

  /** Ends the cleaning. */
  async stop(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    await this.#cleaning
  }

  /** Throws out what is not kept: copies beyond the bounds, addresses whose time is over. Done every hour. */
  async clean(): Promise<void> {
    await this.#remote.clean()
    await this.#local.deleteExpired()
  }

  async #find(asked: Asked): Promise<{ file: MediaFile; files: FileStore; isRemote: boolean }> {
    const { uri, wait = DEFAULT_WAIT, mayFetch = true, signal } = asked
    const { files, serverName } = this.#parts
    const bounded = Math.min(wait, MAX_WAIT)
    if (uri.serverName === serverName) {
      return { file: await this.#local.find(uri.mediaId, bounded, signal), files: files.local, isRemote: false }
    }
    if (!mayFetch) throw notFound('This content is of another server. Ask that server for it.')
    return { file: await this.#remote.find(uri, bounded), files: files.remote, isRemote: true }
  }

  #uriOf(mediaId: string): string {
    return formatMxcUri({ serverName: this.#parts.serverName, mediaId })
  }

  #cleanLater(): void {
    this.#timer = this.#parts.clock.after(CLEAN_EVERY, () => {
      this.#cleaning = this.clean().catch((error: unknown) => {
        this.#parts.log.warn({ error }, 'Old files could not be thrown out. It is tried again in an hour.')
      })
      this.#cleanLater()
    })
  }
}

/** A file that the database knows and the disk does not: the backup of one without the other, for example. */
async function bytesOf(files: FileStore, hash: Thumbnail['hash']): Promise<AsyncIterable<Uint8Array>> {
  const body = await files.open(hash)
  if (body === undefined) throw notFound('The content is not on this server any more. Ask the sender to send it again.')
  return body
}

const nameOf = (contentType: string): string => `thumbnail.${contentType.slice(contentType.indexOf('/') + 1)}`
