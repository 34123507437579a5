// Makes a smaller version of an image. The only file that knows the image library.
// spec: client-server-api/modules/content_repo.md #thumbnails

import sharp, { type Metadata, type Sharp } from 'sharp'
import { imageKindOf } from './image-kind.ts'

export interface ThumbnailSize {
  readonly width: number
  readonly height: number
  /** `scale` keeps the shape and covers the size; `crop` has the shape of the size. */
  readonly method: 'crop' | 'scale'
}

export interface ThumbnailWish extends ThumbnailSize {
  readonly animated: boolean
}

export type ThumbnailOutcome =
  | { readonly kind: 'made'; readonly bytes: Uint8Array; readonly contentType: string }
  /** The image is smaller than the wish already: it is served as it is. */
  | { readonly kind: 'original'; readonly contentType: string }
  | { readonly kind: 'no-image' }
  | { readonly kind: 'too-large' }

const TYPES = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
} as const
/** Seconds of work on one image; a photograph takes some 50 ms. */
const TIMEOUT = 20
/** An animation beyond this shows its beginning. */
const MAX_FRAMES = 200

/** Loaders of what is not allowed stay closed, also when bytes begin like one kind and go on like another. */
export function closeOtherLoaders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  const kinds = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif']
  sharp.unblock({ operation: kinds.map((kind) => `VipsForeignLoad${kind}`) })
  // Files are not asked for twice in a row, and each image has one thread: how many at once is decided by our caller.
  sharp.cache(false)
  sharp.concurrency(1)
}

/**
 * Never larger than the original. Orientation that a camera noted is applied; all other notes (the place where a picture was taken)
 * are left out.
 */
export async function makeThumbnail(
  source: Uint8Array,
  wish: ThumbnailWish,
  maxPixels: number,
): Promise<ThumbnailOutcome> {
  const kind = imageKindOf(source)
  if (kind === undefined) return { kind: 'no-image' }
  try {
    const metadata = await sharp(source, { limitInputPixels: false }).metadata()
    const frames = Math.min(metadata.pages ?? 1, MAX_FRAMES)
    const animates = wish.animated && frames > 1
    const shape = shapeOf(metadata)
    if (shape.width * shape.height * (animates ? frames : 1) > maxPixels) return { kind: 'too-large' }
    const isSmall = shape.width <= wish.width && shape.height <= wish.height
    // AVIF is no type of a thumbnail; an animation is none unless one was wished for.
    if (isSmall && kind !== 'avif' && (frames === 1 || wish.animated))
      return { kind: 'original', contentType: TYPES[kind] }
    const input = sharp(source, { limitInputPixels: maxPixels, failOn: 'error', pages: animates ? frames : 1 })
    const { width, height } = targetOf(shape, wish)
    const small = input.autoOrient().resize(width, height, { fit: 'cover' }).timeout({ seconds: TIMEOUT })
    return await encode(small, { animates, hasAlpha: metadata.hasAlpha === true })
  } catch {
    // What the library says of a broken image is about the image, not about us.
    return { kind: 'no-image' }
  }
}

/** Width and height as people see them. */
function shapeOf(metadata: Metadata): { width: number; height: number } {
  const { width } = metadata
  const height = metadata.pageHeight ?? metadata.height
  return (metadata.orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height }
}

function targetOf(shape: { width: number; height: number }, wish: ThumbnailSize): { width: number; height: number } {
  const [across, down] = [wish.width / shape.width, wish.height / shape.height]
  if (wish.method === 'scale') {
    const factor = Math.min(1, Math.max(across, down))
    return whole(shape.width * factor, shape.height * factor)
  }
  const factor = Math.min(1, 1 / across, 1 / down)
  return whole(wish.width * factor, wish.height * factor)
}

const whole = (width: number, height: number) => ({
  width: Math.max(1, Math.round(width)),
  height: Math.max(1, Math.round(height)),
})

async function encode(image: Sharp, { animates, hasAlpha }: { animates: boolean; hasAlpha: boolean }) {
  if (animates) return made(await image.webp({ quality: 75, effort: 2 }).toBuffer(), 'image/webp')
  if (hasAlpha) return made(await image.png({ compressionLevel: 8 }).toBuffer(), 'image/png')
  return made(await image.jpeg({ quality: 80 }).toBuffer(), 'image/jpeg')
}

const made = (bytes: Uint8Array, contentType: string) => ({ kind: 'made', bytes, contentType }) as const
