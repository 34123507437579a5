// Which kind of image bytes are, by how they begin: what a stranger says of them is not believed.
// spec: client-server-api/modules/content_repo.md #thumbnails

export type ImageKind = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif'

/** Undefined for everything that no thumbnail is made of: SVG (it can hold programs and addresses), PDF, video and the rest. */
export function imageKindOf(bytes: Uint8Array): ImageKind | undefined {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg'
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png'
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString('latin1')
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif'
  if (head.startsWith('RIFF') && head.slice(8) === 'WEBP') return 'webp'
  return /^ftypavi[fs]$/.test(head.slice(4)) ? 'avif' : undefined
}

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte)
