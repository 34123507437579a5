import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { rawReply } from '#federation/transport/peers-for-tests.ts'
import { systemRandom } from '#platform/random/random.ts'
import type { ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { DiskFiles } from './disk-files.ts'
import { anna, bytes, bytesOf, type TwoServers, textOf, twoServers, uploaded, uriOf } from './media-for-tests.ts'

let t: TwoServers
const ends: (() => void | Promise<void>)[] = []
before(async () => {
  t = await twoServers({ after: (act) => ends.push(act) })
})
after(async () => {
  for (const end of ends.reverse()) await end()
})
const errcode = (code: string, status?: number) => (error: unknown) => {
  const { errcode: found, status: answered } = error as { errcode: string; status: number }
  return found === code && (status === undefined || answered === status)
}

test('what was uploaded comes back, byte for byte, with its type and name', async () => {
  const content = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))
  const uri = await uploaded(t.alfa, content, { contentType: 'image/png', fileName: 'å "x".png' })
  const got = await t.alfa.media.download({ uri, caller: anna })
  assert.deepEqual([got.contentType, got.fileName, got.size], ['image/png', 'å "x".png', content.length])
  assert.deepEqual(await bytesOf(got.body), content)
  await assert.rejects(
    t.alfa.media.download({ uri: { ...uri, mediaId: 'nothing' }, caller: anna }),
    errcode('M_NOT_FOUND'),
  )
})

test('equal content is one file, and two addresses', async () => {
  const before = (await t.alfa.files()).length
  const [one, two] = [await uploaded(t.alfa, 'same'), await uploaded(t.alfa, 'same')]
  assert.notEqual(one.mediaId, two.mediaId)
  assert.equal((await t.alfa.files()).length, before + 1)
})

test('an upload that breaks off leaves nothing behind', async () => {
  const before = await t.alfa.files()
  async function* broken() {
    yield Buffer.from('half')
    throw new Error('the line broke')
  }
  const upload = { userId: anna, contentType: undefined, fileName: undefined, body: broken() }
  await assert.rejects(t.alfa.media.upload(upload), /the line broke/)
  assert.deepEqual(await t.alfa.files(), before)
})

test('drafts of an interrupted process are gone at the next start, and kept files are not', async () => {
  const folder = join(t.alfa.folder, 'again')
  const files = await DiskFiles.open(folder, systemRandom())
  const { hash } = await files.put(bytes('kept'))
  await writeFile(join(folder, 'drafts', 'left'), 'half')
  const again = await DiskFiles.open(folder, systemRandom())
  assert.equal(await textOf((await again.open(hash)) ?? bytes()), 'kept')
  assert.ok(!(await t.alfa.files()).includes('left'))
  assert.equal(await again.open('0'.repeat(64)), undefined)
  await assert.rejects(again.open('../../etc/passwd'), RangeError)
  await again.delete(hash)
  await again.delete(hash)
  assert.equal(await again.read(hash), undefined)
})

test('a disk that refuses is an error, not a lost file', async () => {
  const folder = join(t.alfa.folder, 'gone')
  const files = await DiskFiles.open(folder, systemRandom())
  await rm(join(folder, 'drafts'), { recursive: true })
  await assert.rejects(files.put(bytes('x')), /ENOENT/)
})

test('a hostile type or name is not stored: the type becomes unknown, the name is refused', async () => {
  const uri = await uploaded(t.alfa, 'x', { contentType: 'text/html\r\nset-cookie: a=b' })
  assert.equal((await t.alfa.media.download({ uri, caller: anna })).contentType, undefined)
  await assert.rejects(uploaded(t.alfa, 'x', { fileName: 'a\r\nb' }), errcode('M_INVALID_PARAM'))
})

test('an address given out before: waits, 504 while empty, filled once, by its owner', async () => {
  const { media } = t.alfa
  const { uri: text, expiresAt } = await media.create(anna)
  const uri = uriOf(text)
  assert.equal(expiresAt, t.clock.now() + 24 * 3_600_000)
  await assert.rejects(media.download({ uri, caller: anna, wait: 0 }), errcode('M_NOT_YET_UPLOADED', 504))
  const upload = { userId: anna, contentType: 'text/plain', fileName: 'sent.txt', body: bytes('later') }
  await assert.rejects(media.uploadTo(uri, { ...upload, userId: '@bo:alfa' as UserId }), errcode('M_FORBIDDEN'))
  const waiting = media.download({ uri, caller: anna, wait: 60_000 })
  await media.uploadTo(uri, upload)
  assert.equal(await textOf((await waiting).body), 'later')
  await assert.rejects(
    media.uploadTo(uri, { ...upload, body: bytes('other') }),
    errcode('M_CANNOT_OVERWRITE_MEDIA', 409),
  )
  assert.equal(await textOf((await media.download({ uri, caller: anna })).body), 'later')
  await assert.rejects(media.uploadTo({ ...uri, mediaId: 'unknown' }, upload), errcode('M_NOT_FOUND'))
  await assert.rejects(media.uploadTo({ ...uri, serverName: 'beta' as ServerName }, upload), errcode('M_NOT_FOUND'))
})

test('two uploads to one address at once: one wins, the other is told', async () => {
  const uri = uriOf((await t.alfa.media.create(anna)).uri)
  const upload = (text: string) =>
    t.alfa.media.uploadTo(uri, { userId: anna, contentType: undefined, fileName: undefined, body: bytes(text) })
  const results = await Promise.allSettled([upload('first'), upload('second')])
  const refused = results.filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 1)
  assert.ok(errcode('M_CANNOT_OVERWRITE_MEDIA')(refused[0]?.reason))
})

test('addresses without content are bounded in number and in time', async () => {
  const greedy = '@greedy:alfa' as UserId
  const first = uriOf((await t.alfa.media.create(greedy)).uri)
  for (let count = 1; count < 50; count += 1) await t.alfa.media.create(greedy)
  await assert.rejects(t.alfa.media.create(greedy), errcode('M_LIMIT_EXCEEDED', 429))
  await t.clock.advance(24 * 3_600_000)
  await assert.rejects(t.alfa.media.download({ uri: first, caller: anna, wait: 0 }), errcode('M_NOT_FOUND'))
  await t.alfa.media.clean()
  await t.alfa.media.create(greedy)
})

test('content of another server is fetched once, however many ask, and kept with its type and name', async () => {
  const uri = await uploaded(t.beta, 'from beta', { contentType: 'text/csv', fileName: 'räkning.csv' })
  const before = t.beta.peer.received.length
  const all = await Promise.all([1, 2, 3].map(() => t.alfa.media.download({ uri, caller: anna })))
  for (const got of all) {
    assert.deepEqual([got.contentType, got.fileName, got.size], ['text/csv', 'räkning.csv', 9])
    assert.equal(await textOf(got.body), 'from beta')
  }
  await t.alfa.media.download({ uri, caller: anna })
  const asked = t.beta.peer.received.slice(before).filter(({ target }) => target.includes('/media/download/'))
  assert.equal(asked.length, 1)
  await assert.rejects(t.alfa.media.download({ uri, caller: anna, mayFetch: false }), errcode('M_NOT_FOUND'))
})

test('a copy whose file is lost is fetched anew', async () => {
  const uri = await uploaded(t.beta, 'lost and found')
  await t.alfa.media.download({ uri, caller: anna })
  const { createHash } = await import('node:crypto')
  const hash = createHash('sha256').update('lost and found').digest('hex')
  const remote = await DiskFiles.open(join(t.alfa.folder, 'remote'), systemRandom())
  await remote.delete(hash)
  assert.equal(await textOf((await t.alfa.media.download({ uri, caller: anna })).body), 'lost and found')
})

test('a file larger than is taken is cut off with 502 M_TOO_LARGE, whatever its length says, and nothing is left', async () => {
  const uri = await uploaded(t.beta, Buffer.alloc(500_001))
  const before = await t.alfa.files()
  await assert.rejects(t.alfa.media.download({ uri, caller: anna }), errcode('M_TOO_LARGE', 502))
  const answering = t.beta.peer.answering
  t.beta.peer.answering = () => {
    async function* endless() {
      yield Buffer.from('--b\r\ncontent-type: application/json\r\n\r\n{}\r\n--b\r\ncontent-type: text/plain\r\n\r\n')
      for (;;) yield Buffer.alloc(65_536, 97)
    }
    const headers = { 'content-type': 'multipart/mixed; boundary=b', 'content-length': '100' }
    return { status: 200, headers, body: endless() }
  }
  const liar = { serverName: t.beta.peer.name, mediaId: 'liar' }
  await assert.rejects(t.alfa.media.download({ uri: liar, caller: anna }), errcode('M_TOO_LARGE', 502))
  t.beta.peer.answering = answering
  assert.deepEqual(await t.alfa.files(), before)
})

test('what goes wrong elsewhere is told as the specification names it', async () => {
  const at = (mediaId: string) =>
    t.alfa.media.download({ uri: { serverName: t.beta.peer.name, mediaId }, caller: anna })
  await assert.rejects(at('unknown'), errcode('M_NOT_FOUND', 404))
  const pending = uriOf((await t.beta.media.create('@bo:beta' as UserId)).uri)
  await assert.rejects(at(pending.mediaId), errcode('M_NOT_YET_UPLOADED', 504))
  const answering = t.beta.peer.answering
  t.beta.peer.answering = () => rawReply(200, { 'content-type': 'text/plain' }, 'no multipart')
  await assert.rejects(at('odd'), errcode('M_UNKNOWN', 502))
  t.beta.peer.answering = answering
  const nobody = { serverName: 'nobody' as ServerName, mediaId: 'x' }
  await assert.rejects(t.alfa.media.download({ uri: nobody, caller: anna }), errcode('M_UNKNOWN', 502))
})

test('copies are thrown out when unused, the oldest first when there are too many; equal content stays while one needs it', async () => {
  const local: (() => void | Promise<void>)[] = []
  const remote = { largestDownload: 500_000, largestCache: 25, keep: 1000 * 3_600_000 }
  const { alfa, beta, clock } = await twoServers({ after: (act) => local.push(act) }, { remote })
  const get = async (uri: Parameters<typeof alfa.media.download>[0]['uri']) =>
    (await alfa.media.download({ uri, caller: anna })).size
  const [old, twin, young] = [
    await uploaded(beta, '0123456789'),
    await uploaded(beta, '0123456789'),
    await uploaded(beta, 'abcdefghij'),
  ]
  await get(old)
  await clock.advance(3 * 3_600_000)
  await get(twin)
  await get(young)
  await alfa.media.clean()
  assert.equal((await alfa.files()).length, 2, 'the twin needs the file of the one that went')
  await clock.advance(1001 * 3_600_000)
  await alfa.media.clean()
  assert.deepEqual(await alfa.files(), [])
  for (const end of local.reverse()) await end()
})
