// The handlers of content over real sockets.
// spec: client-server-api/modules/content_repo.md

import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accountsForTests } from '#accounts/test-accounts.ts'
import { type FederationTransport, MediaCutShort } from '#federation/transport/transport.ts'
import { Media, openMediaFiles } from '#media/media.ts'
import { logTo } from '#platform/log/log.ts'
import { systemRandom } from '#platform/random/random.ts'
import { mediaHandlers } from './media-handlers.ts'
import { serverForTests, type TestClient, type TestServer } from './server-for-tests.ts'

const t = accountsForTests()
const LIMIT = 300_000
let folder: string
let media: Media
let server: TestServer
let open: TestServer
let anna: TestClient

before(async () => {
  await t.ready
  folder = await mkdtemp(join(tmpdir(), 'samband-media-'))
  const random = systemRandom()
  const make = async (unauthenticatedPaths: boolean) =>
    new Media({
      serverName: t.serverName,
      database: t.database,
      clock: t.clock,
      random,
      log: logTo({ write() {} }),
      transport: { download: someoneElse },
      files: await openMediaFiles(folder, random),
      options: {
        largestUpload: LIMIT,
        remote: { largestDownload: LIMIT, largestCache: 10 * LIMIT, keep: 1_000_000 },
        thumbnails: { enabled: true, largestPixels: 1_000_000 },
        unauthenticatedPaths,
      },
    })
  media = await make(false)
  server = await serverForTests(t, mediaHandlers, { media })
  open = await serverForTests(t, mediaHandlers, { media: await make(true) })
  anna = await server.client('anna')
})
after(async () => {
  await server.stop()
  await open.stop()
  await media.stop()
  await rm(folder, { recursive: true })
  assert.deepEqual(server.defects, [])
})

/** Another server: sends what it is asked for by name, or breaks off. */
const someoneElse: FederationTransport['download'] = async (_to, { mediaId }) => {
  async function* body() {
    yield Buffer.from(`content of ${mediaId}`)
    if (mediaId === 'cut') throw new MediaCutShort('connection')
  }
  return {
    ok: true,
    value: { contentType: 'text/html', contentDisposition: 'inline; filename=x.html', body: body() },
  }
}

async function upload(content: string | Uint8Array, query = '', type = 'text/plain'): Promise<string> {
  const response = await anna.fetch('POST', `media/v3/upload${query}`, content, { 'content-type': type })
  assert.equal(response.status, 200)
  const { content_uri: uri } = (await response.json()) as { content_uri: string }
  return uri.replace('mxc://', '')
}

test('upload and download: bytes, type, name, and the headers that keep browsers calm', async () => {
  const path = await upload('hallå', '?filename=h%C3%A4lsning.txt')
  const response = await anna.fetch('GET', `client/v1/media/download/${path}`)
  assert.equal(await response.text(), 'hallå')
  const header = (name: string) => response.headers.get(name)
  assert.equal(header('content-type'), 'text/plain')
  assert.equal(header('content-length'), '6')
  assert.equal(header('content-disposition'), "inline; filename*=utf-8''h%C3%A4lsning.txt")
  assert.match(header('content-security-policy') ?? '', /sandbox/)
  assert.equal(header('cross-origin-resource-policy'), 'cross-origin')
  const named = await anna.fetch('GET', `client/v1/media/download/${path}/annat.txt`)
  assert.equal(named.headers.get('content-disposition'), 'inline; filename="annat.txt"')
  assert.equal(await named.text(), 'hallå')
})

test('without a token there is no content, on the old paths none at all unless the operator lets them', async () => {
  const path = await upload('secret')
  assert.equal((await fetch(`${server.base}/_matrix/client/v1/media/download/${path}`)).status, 401)
  for (const version of ['v3', 'r0', 'v1']) {
    assert.equal((await fetch(`${server.base}/_matrix/media/${version}/download/${path}`)).status, 404)
  }
  const old = await fetch(`${open.base}/_matrix/media/v3/download/${path}`)
  assert.equal(await old.text(), 'secret')
  const elsewhere = await fetch(`${open.base}/_matrix/media/v3/download/other/abc?allow_remote=false`)
  assert.equal(elsewhere.status, 404)
})

test('an upload that is too large is refused with 413, whether it says so before or not, and leaves nothing', async () => {
  const before = await readdir(folder, { recursive: true })
  const tooMuch = Buffer.alloc(LIMIT + 1)
  assert.deepEqual((await anna.ask('POST', 'media/v3/upload', tooMuch))[0], 413)
  const url = new URL(`${server.base}/_matrix/media/v3/upload`)
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method: 'POST', headers: { authorization: `Bearer ${anna.token}` } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
    request.on('error', reject)
    request.end(tooMuch) // in chunks, without a length
  })
  assert.equal(status, 413)
  assert.deepEqual(await readdir(folder, { recursive: true }), before)
})

test('a client that goes away in the middle of an upload leaves nothing', async () => {
  const before = await readdir(folder, { recursive: true })
  const headers = { authorization: `Bearer ${anna.token}`, 'content-length': '1000' }
  const request = httpRequest(new URL(`${server.base}/_matrix/media/v3/upload`), { method: 'POST', headers })
  request.on('error', () => {})
  request.write('half')
  const drafts = join(folder, 'local', 'drafts')
  while ((await readdir(drafts)).length === 0) await new Promise(setImmediate)
  request.destroy()
  while ((await readdir(drafts)).length > 0) await new Promise(setImmediate)
  assert.deepEqual(await readdir(folder, { recursive: true }), before)
})

test('create, then upload: 504 before, 409 after the first', async () => {
  const [, created] = await anna.ask('POST', 'media/v1/create')
  const { content_uri: uri } = created as { content_uri: string }
  const path = uri.replace('mxc://', '')
  const [early, error] = await anna.ask('GET', `client/v1/media/download/${path}?timeout_ms=0`)
  assert.deepEqual([early, (error as { errcode: string }).errcode], [504, 'M_NOT_YET_UPLOADED'])
  const bo = await server.client('bo')
  assert.equal((await bo.ask('PUT', `media/v3/upload/${path}`, 'x'))[0], 403)
  assert.deepEqual(await anna.ask('PUT', `media/v3/upload/${path}`, 'late'), [200, {}])
  assert.equal((await anna.ask('PUT', `media/v3/upload/${path}`, 'again'))[0], 409)
  assert.equal(await (await anna.fetch('GET', `client/v1/media/download/${path}`)).text(), 'late')
})

test('both config endpoints tell the largest upload', async () => {
  for (const path of ['client/v1/media/config', 'media/v3/config']) {
    assert.deepEqual(await anna.ask('GET', path), [200, { 'm.upload.size': LIMIT }])
  }
})

test('content of another server: HTML is offered for saving; what breaks off is 502 and not a part', async () => {
  const got = await anna.fetch('GET', 'client/v1/media/download/other/whole')
  assert.equal(await got.text(), 'content of whole')
  assert.equal(got.headers.get('content-disposition'), 'attachment; filename="x.html"')
  assert.equal((await anna.ask('GET', 'client/v1/media/download/other/cut'))[0], 502)
})

test('paths that would leave the folder are none', async () => {
  for (const path of ['hs1/..%2F..%2Fetc%2Fpasswd', 'hs1/a.b', '..%2Fx/abc', 'hs1/']) {
    const [status] = await anna.ask('GET', `client/v1/media/download/${path}`)
    assert.ok(status === 400 || status === 404, path)
  }
})

test('another server gets content as multipart/mixed with the JSON first, and a thumbnail likewise', async () => {
  const mediaId = (await upload('for beta', '?filename=b.txt')).split('/')[1]
  const headers = { authorization: 'signed by beta' }
  const path = `${server.base}/_matrix/federation/v1/media/`
  const response = await fetch(`${path}download/${mediaId}`, { headers })
  const boundary = /^multipart\/mixed; boundary=(\w+)$/.exec(response.headers.get('content-type') ?? '')?.[1]
  const parts = (await response.text()).split(`--${boundary}`)
  assert.deepEqual(parts, [
    '',
    '\r\ncontent-type: application/json\r\n\r\n{}\r\n',
    '\r\ncontent-type: text/plain\r\ncontent-disposition: inline; filename="b.txt"\r\n\r\nfor beta\r\n',
    '--\r\n',
  ])
  assert.equal((await fetch(`${path}download/${mediaId}`)).status, 401)
  assert.equal((await fetch(`${path}thumbnail/${mediaId}?width=32&height=32`, { headers })).status, 400)
  const image = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  )
  const imageId = (await upload(image, '', 'image/png')).split('/')[1]
  const thumbnail = await fetch(`${path}thumbnail/${imageId}?width=32&height=32&method=crop`, { headers })
  assert.equal(thumbnail.status, 200)
  assert.match(await thumbnail.text(), /content-type: image\/png\r\n/)
})

test('a thumbnail for a client: shown in place under a name; without a size it is refused', async () => {
  const image = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  )
  const path = await upload(image, '', 'text/html')
  const shown = await anna.fetch('GET', `client/v1/media/thumbnail/${path}?width=32&height=32`)
  assert.deepEqual(
    [shown.status, shown.headers.get('content-type'), shown.headers.get('content-disposition')],
    [200, 'image/png', 'inline; filename="thumbnail.png"'],
  )
  await shown.arrayBuffer()
  assert.equal((await anna.ask('GET', `client/v1/media/thumbnail/${path}?width=32`))[0], 400)
  assert.equal((await anna.ask('GET', `client/v1/media/thumbnail/${path}?width=-1&height=1`))[0], 400)
})
