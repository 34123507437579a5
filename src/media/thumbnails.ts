// Smaller versions of images: made once, kept on disk.
// spec: client-server-api/modules/content_repo.md #thumbnails

import type { Database } from '#platform/database/database.ts'
import { FairSemaphore } from '#platform/limits/limits.ts'
import { invalidParam, tooLarge, unknown } from '#protocol/errors/errors.ts'
import type { FileStore } from './file-store.ts'
import type { MediaFile } from './local-media.ts'
import { closeOtherLoaders, makeThumbnail, type ThumbnailWish } from './make-thumbnail.ts'
import { tooLargeElsewhere } from './remote-media.ts'
import { insertThumbnail, selectThumbnail } from './store/media-rows.ts'

export interface ThumbnailOptions {
  readonly enabled: boolean
  /** Images with more pixels get none. */
  readonly largestPixels: number
}

export interface ThumbnailsParts {
  readonly database: Database
  readonly files: FileStore
  readonly options: ThumbnailOptions
}

/** What a thumbnail is made from. */
export interface Source {
  readonly file: MediaFile
  readonly files: FileStore
  readonly isRemote: boolean
  /** Who asks, for taking turns. */
  readonly caller: string
}

/** A thumbnail, or the original where it is small enough. */
export interface Thumbnail {
  readonly contentType: string
  readonly size: number
  readonly hash: string
  readonly files: FileStore
}

/** Sizes that clients ask for; others are rounded up to one, so that there are few versions of one image. */
const steps = [32, 64, 96, 128, 240, 320, 480, 600, 640, 800, 1024, 1280, 1600, 2048] as const
/** The whole file is in memory while it is looked at. */
const MAX_SOURCE_BYTES = 50 * 1024 * 1024
/** Versions kept of one image; a caller who wants more waits each time. */
const MAX_VARIANTS = 40

export class Thumbnails {
  readonly #parts: ThumbnailsParts
  // Two images at once: the machine has other things to do, and each may take some 200 MB.
  readonly #places = new FairSemaphore({ places: 2, placesPerKey: 1, waitingPerKey: 100, waiting: 1_000 })

  constructor(parts: ThumbnailsParts) {
    this.#parts = parts
    closeOtherLoaders()
  }

  /**
   * @throws 400 `M_INVALID_PARAM` for a size of nothing; 400 `M_UNKNOWN` for what is no image that we make thumbnails of; 413
   * `M_TOO_LARGE` (502 when it is another server's) for an image that is too large.
   */
  async find(source: Source, wish: ThumbnailWish): Promise<Thumbnail> {
    if (wish.width < 1 || wish.height < 1) throw invalidParam('Width and height of a thumbnail are at least 1.')
    if (!this.#parts.options.enabled) throw unknown('This server makes no thumbnails. Download the image itself.')
    const rounded = roundUp(wish)
    const known = await this.#known(source.file.hash, rounded)
    return known ?? (await this.#places.run(source.caller, () => this.#make(source, rounded)))
  }

  async #known(source: string, wish: ThumbnailWish): Promise<Thumbnail | undefined> {
    const { width, height, method, animated } = wish
    const row = await this.#parts.database.one(selectThumbnail, source, width, height, method, animated)
    const { files } = this.#parts
    if (row === undefined || (await files.open(row.hash)) === undefined) return undefined
    return { contentType: row.content_type, size: row.size, hash: row.hash, files }
  }

  async #make(source: Source, wish: ThumbnailWish): Promise<Thumbnail> {
    // Somebody may have made it while we waited for our turn.
    const known = await this.#known(source.file.hash, wish)
    if (known !== undefined) return known
    if (source.file.size > MAX_SOURCE_BYTES) throw tooLargeFor(source)
    const bytes = await source.files.read(source.file.hash)
    const outcome = bytes && (await makeThumbnail(bytes, wish, this.#parts.options.largestPixels))
    switch (outcome?.kind) {
      case 'made':
        return this.#keep(source.file.hash, wish, outcome)
      case 'original':
        return { ...source.file, contentType: outcome.contentType, files: source.files }
      case 'too-large':
        throw tooLargeFor(source)
      default:
        throw unknown('No thumbnail can be made of this content. Download the content itself.')
    }
  }

  async #keep(
    source: string,
    { width, height, method, animated }: ThumbnailWish,
    made: { readonly bytes: Uint8Array; readonly contentType: string },
  ): Promise<Thumbnail> {
    const { database, files } = this.#parts
    const { size, hash } = await files.put(onePiece(made.bytes))
    const variant = [source, width, height, method, animated] as const
    await database.run(insertThumbnail, ...variant, made.contentType, size, hash, MAX_VARIANTS)
    return { contentType: made.contentType, size, hash, files }
  }
}

const tooLargeFor = ({ isRemote }: Source) =>
  isRemote ? tooLargeElsewhere() : tooLarge('The image is too large for a thumbnail. Download the image itself.')

/** For `scale` each side up to a step; for `crop` both by the same factor, since the shape is the caller's. */
function roundUp({ width, height, method, animated }: ThumbnailWish): ThumbnailWish {
  if (method === 'scale') return { width: step(width), height: step(height), method, animated }
  const longer = Math.max(width, height)
  const factor = step(longer) / longer
  const side = (length: number) => Math.max(1, Math.round(length * factor))
  return { width: side(width), height: side(height), method, animated }
}

/** The step that is at least as long; beyond the last, that one: no screen shows a larger thumbnail. */
const step = (length: number): number => steps.find((each) => each >= length) ?? steps[steps.length - 1] ?? length

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
