import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import sharp from 'sharp'
import { makeThumbnail } from './make-thumbnail.ts'
import { anna, bytesOf, type TwoServers, twoServers, uploaded } from './media-for-tests.ts'

let t: TwoServers
const ends: (() => void | Promise<void>)[] = []
let photo: Buffer
let drawing: Buffer
let film: Buffer

before(async () => {
  t = await twoServers({ after: (act) => ends.push(act) })
  photo = await plain(400, 200, 3).jpeg().toBuffer()
  drawing = await plain(300, 300, 4).png().toBuffer()
  // Two frames of 120 by 100 above each other, as the library wants them.
  const frames = Buffer.alloc(120 * 200 * 3, 40).fill(200, 120 * 100 * 3)
  film = await sharp(frames, { raw: { width: 120, height: 200, channels: 3, pageHeight: 100 } })
    .gif()
    .toBuffer()
})
after(async () => {
  for (const end of ends.reverse()) await end()
})

const plain = (width: number, height: number, channels: 3 | 4) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } })
const errcode = (code: string, status: number) => (error: unknown) => {
  const found = error as { errcode: string; status: number }
  return found.errcode === code && found.status === status
}

async function thumbnailOf(image: Uint8Array, width: number, height: number, more: object = {}) {
  const uri = await uploaded(t.alfa, image, { contentType: 'image/whatever' })
  const wish = { width, height, method: 'scale', animated: false, ...more } as const
  const content = await t.alfa.media.thumbnail({ uri, caller: anna }, wish)
  const bytes = await bytesOf(content.body)
  assert.equal(bytes.length, content.size)
  return { content, bytes, metadata: await sharp(bytes).metadata() }
}

test('scale keeps the shape and covers the size; a photograph stays JPEG, transparency becomes PNG', async () => {
  const small = await thumbnailOf(photo, 96, 96)
  assert.deepEqual([small.metadata.width, small.metadata.height], [192, 96])
  assert.deepEqual([small.content.contentType, small.content.fileName], ['image/jpeg', 'thumbnail.jpeg'])
  assert.equal((await thumbnailOf(drawing, 32, 32)).content.contentType, 'image/png')
})

test('crop has the shape of the size', async () => {
  const { metadata } = await thumbnailOf(photo, 96, 96, { method: 'crop' })
  assert.deepEqual([metadata.width, metadata.height], [96, 96])
})

test('an image that is small already is served as it is, with its true type', async () => {
  const { bytes, content } = await thumbnailOf(photo, 800, 600)
  assert.deepEqual(bytes, photo)
  assert.equal(content.contentType, 'image/jpeg')
})

test('an animation moves only where one is wished for', async () => {
  assert.equal((await thumbnailOf(film, 32, 32)).metadata.pages ?? 1, 1)
  assert.equal((await thumbnailOf(film, 800, 600)).metadata.pages ?? 1, 1)
  const moving = await thumbnailOf(film, 32, 32, { animated: true })
  assert.deepEqual([moving.metadata.pages, moving.content.contentType], [2, 'image/webp'])
  assert.deepEqual((await thumbnailOf(film, 800, 600, { animated: true })).bytes, film)
  assert.equal((await thumbnailOf(photo, 32, 32, { animated: true })).content.contentType, 'image/jpeg')
})

test('how the camera was held is applied, and where it was is left out', async () => {
  const held = await plain(400, 200, 3)
    .withExif({ IFD3: { GPSLatitudeRef: 'N' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const { metadata } = await thumbnailOf(held, 96, 96)
  assert.deepEqual([metadata.width, metadata.height, metadata.exif], [96, 192, undefined])
})

test('a thumbnail is made once and then read', async () => {
  const uri = await uploaded(t.alfa, await plain(333, 222, 3).png().toBuffer())
  const ask = () =>
    t.alfa.media.thumbnail({ uri, caller: anna }, { width: 64, height: 64, method: 'crop', animated: false })
  const first = await bytesOf((await ask()).body)
  const files = await t.alfa.files()
  assert.deepEqual(await bytesOf((await ask()).body), first)
  assert.deepEqual(await t.alfa.files(), files)
})

test('what is no image, or not one of those that are allowed, is refused with 400', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"><rect width="9" height="9"/></svg>'
  for (const junk of ['hello', '', svg, '%PDF-1.4', photo.subarray(0, 300), Buffer.concat([drawing.subarray(0, 60)])]) {
    await assert.rejects(thumbnailOf(Buffer.from(junk), 32, 32), errcode('M_UNKNOWN', 400))
  }
  await assert.rejects(thumbnailOf(photo, 0, 32), errcode('M_INVALID_PARAM', 400))
})

test('too many pixels are refused before they are unpacked: 413 for ours, 502 for those of others', async () => {
  const bomb = await plain(2000, 2000, 3).png({ compressionLevel: 9 }).toBuffer()
  await assert.rejects(thumbnailOf(bomb, 32, 32), errcode('M_TOO_LARGE', 413))
  const uri = await uploaded(t.beta, bomb)
  const wish = { width: 32, height: 32, method: 'scale', animated: false } as const
  await assert.rejects(t.alfa.media.thumbnail({ uri, caller: anna }, wish), errcode('M_TOO_LARGE', 502))
})

test('a thumbnail of an image of another server', async () => {
  const uri = await uploaded(t.beta, photo, { contentType: 'image/jpeg' })
  const wish = { width: 96, height: 96, method: 'crop', animated: false } as const
  const { contentType } = await t.alfa.media.thumbnail({ uri, caller: anna }, wish)
  assert.equal(contentType, 'image/jpeg')
})

test('property: never larger than the original, never smaller than the wish where the original is not', async () => {
  const side = fc.integer({ min: 1, max: 900 })
  await fc.assert(
    fc.asyncProperty(side, side, fc.constantFrom('crop' as const, 'scale' as const), async (width, height, method) => {
      const outcome = await makeThumbnail(photo, { width, height, method, animated: false }, 1_000_000)
      if (outcome.kind === 'original') return assert.ok(width >= 400 && height >= 200)
      assert.equal(outcome.kind, 'made')
      if (outcome.kind !== 'made') return
      const made = await sharp(outcome.bytes).metadata()
      assert.ok(made.width <= 400 && made.height <= 200)
      if (width <= 400 && height <= 200) assert.ok(made.width >= width && made.height >= height)
    }),
    { numRuns: 40 },
  )
})
