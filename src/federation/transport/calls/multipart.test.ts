import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boundaryOf, MalformedMultipart, readMultipart } from './multipart.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}

const answer = (
  media: Buffer,
  boundary = 'abc',
  headers = 'Content-Type: image/png\r\nContent-Disposition: inline; filename=a.png',
) =>
  Buffer.concat([
    Buffer.from(`--${boundary}\r\nContent-Type: application/json\r\n\r\n{}\r\n--${boundary}\r\n${headers}\r\n\r\n`),
    media,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])

test('any media comes out as it went in, however the answer is cut into pieces', async () => {
  // Bytes that look like boundaries, to provoke the search.
  const bytes = fc.array(fc.constantFrom(...Buffer.from('\r\n-abcx'), 0, 255), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 64 }), async (media, size) => {
      const buffer = Buffer.from(media)
      fc.pre(!buffer.includes('\r\n--abc'))
      const part = await readMultipart(inPieces(answer(buffer), size), 'abc')
      assert.deepEqual(await collect(part.body), buffer)
      assert.equal(part.headers.get('content-type'), 'image/png')
      assert.equal(part.headers.get('content-disposition'), 'inline; filename=a.png')
    }),
    { numRuns: 200 },
  )
})

test('a preamble, no headers, white space after the boundary, and an empty medium are fine', async () => {
  const text = 'preamble\r\n--abc  \r\n\r\n{}\r\n--abc\t\r\n\r\n\r\n--abc--'
  const part = await readMultipart(inPieces(Buffer.from(text), 3), 'abc')
  assert.deepEqual([...part.headers], [])
  assert.equal((await collect(part.body)).length, 0)
})

test('an answer without its parts, without an end, or with an endless head is malformed', async () => {
  const bad = [
    '',
    'nothing',
    '--abc--',
    '--abc\r\n\r\n{}\r\n--abc--\r\n',
    '--abc\r\n\r\n{}\r\n--abc\r\nno colon\r\n\r\nx\r\n--abc--',
  ]
  for (const text of bad)
    await assert.rejects(readMultipart(inPieces(Buffer.from(text), 7), 'abc'), MalformedMultipart, text)
  await assert.rejects(readMultipart(inPieces(Buffer.alloc(1 << 20, 'x'), 8192), 'abc'), MalformedMultipart)
  const cut = await readMultipart(inPieces(answer(Buffer.from('media')).subarray(0, -10), 7), 'abc')
  await assert.rejects(collect(cut.body), MalformedMultipart)
})

test('the boundary is read from the content type, quoted or not, and nothing but multipart/mixed has one', () => {
  assert.equal(boundaryOf('multipart/mixed; boundary=abc'), 'abc')
  assert.equal(boundaryOf('Multipart/Mixed;charset=utf-8; Boundary="a b c"'), 'a b c')
  for (const other of [
    undefined,
    'image/png',
    'multipart/mixed',
    'multipart/form-data; boundary=abc',
    `multipart/mixed; boundary=${'x'.repeat(80)}`,
  ]) {
    assert.notEqual(boundaryOf(other), 'abc')
  }
})
