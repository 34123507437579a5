import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clientHeaders, multipart } from './content.ts'
import { contentDisposition, fileNameIn, parseFileName } from './content-disposition.ts'
import { isInline, parseContentType } from './content-type.ts'
import { bytes, textOf } from './media-for-tests.ts'

test('only types that cannot run anything are shown in place, with or without parameters', () => {
  for (const type of ['image/png', 'Text/Plain; charset=utf-8', 'audio/x-flac', 'application/json']) {
    assert.ok(isInline(type), type)
  }
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'application/pdf', 'text/plainhtml', '']) {
    assert.ok(!isInline(type), type)
  }
})

test('a content type that is none, or carries a line end, is no content type', () => {
  assert.equal(parseContentType(' image/png '), 'image/png')
  for (const text of ['', 'image', 'image/', 'a/b\r\nx: y', 'a/b; c=å', `a/${'b'.repeat(300)}`, undefined]) {
    assert.equal(parseContentType(text), undefined)
  }
})

test('headers: HTML is saved, an image shown; both without any right to run', () => {
  const content = { fileName: 'a.html', size: 3, body: bytes('abc') }
  const saved = clientHeaders({ ...content, contentType: 'text/html' })
  assert.equal(saved['content-disposition'], 'attachment; filename="a.html"')
  assert.match(saved['content-security-policy'] ?? '', /^sandbox; default-src 'none';/)
  assert.equal(saved['x-content-type-options'], 'nosniff')
  const unknown = clientHeaders({ ...content, contentType: undefined, fileName: undefined })
  assert.deepEqual(
    [unknown['content-type'], unknown['content-disposition']],
    ['application/octet-stream', 'attachment'],
  )
})

test('file names: quoted where plain, extended where not; other servers’ forms are read', () => {
  assert.equal(contentDisposition('inline', 'a "b" \\c;.txt'), 'inline; filename="a \\"b\\" \\\\c;.txt"')
  assert.equal(contentDisposition('inline', 'rö(d).txt'), "inline; filename*=utf-8''r%C3%B6%28d%29.txt")
  assert.equal(fileNameIn('attachment; filename=plain.txt; size=3'), 'plain.txt')
  assert.equal(fileNameIn('inline; filename="x"; filename*=UTF-8\'sv\'%C3%A5.txt'), 'å.txt')
  for (const header of [
    'inline',
    'inline; filename=',
    "inline; filename*=utf-8''%FF",
    'inline; filename="a%0',
    undefined,
  ]) {
    assert.equal(fileNameIn(header), undefined)
  }
  assert.equal(fileNameIn("inline; filename*=utf-8''a%0D%0Ab"), undefined)
})

test('property: every name that is taken survives the header, and no header holds a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const name = parseFileName(text)
      if (name === undefined) return
      const header = contentDisposition('attachment', name)
      assert.match(header, /^[\x20-\x7e]+$/)
      assert.equal(fileNameIn(header), name)
    }),
  )
})

test('the answer to a server: an empty JSON part, then the content with its headers, as long as it says', async () => {
  const content = { contentType: 'text/plain', fileName: 'a.txt', size: 5, body: bytes('he', 'llo') }
  const { headers, body } = multipart(content, 'BOUNDARY')
  const text = await textOf(body)
  assert.equal(
    text,
    '--BOUNDARY\r\ncontent-type: application/json\r\n\r\n{}\r\n--BOUNDARY\r\ncontent-type: text/plain\r\n' +
      'content-disposition: inline; filename="a.txt"\r\n\r\nhello\r\n--BOUNDARY--\r\n',
  )
  assert.equal(headers['content-length'], String(text.length))
  assert.equal(headers['content-type'], 'multipart/mixed; boundary=BOUNDARY')
})
