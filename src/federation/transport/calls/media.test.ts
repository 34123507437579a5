import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Outcome } from '../failure.ts'
import { oneBody } from '../network/loopback.ts'
import { NetworkError, type PlainFetch, type WireAnswer } from '../network/network.ts'
import { Peers, peersDatabase, rawReply, until } from '../peers-for-tests.ts'
import { type Download, MediaCutShort } from './media-calls.ts'

const database = await peersDatabase({ after })

let number = 0
function servers(fetch?: PlainFetch) {
  number += 1
  const peers = new Peers(database)
  const alfa = peers.add(`alfa${number}.se`, { ...(fetch && { fetch }) })
  const beta = peers.add(`beta${number}.se`)
  return { alfa, beta, clock: peers.clock, us: alfa.transport, to: beta.name }
}

const multipart = (part: string) => `--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n${part}\r\n--b--\r\n`
const head = { 'content-type': 'multipart/mixed; boundary=b' }
const asked = { mediaId: 'abc', maxBytes: 1000 }

const got = <Value>(outcome: Outcome<Value>): Value =>
  outcome.ok ? outcome.value : assert.fail(JSON.stringify(outcome.failure))
const kindOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'ok' : outcome.failure.kind)

async function read({ body }: Download): Promise<string> {
  let text = ''
  for await (const piece of body) text += Buffer.from(piece).toString()
  return text
}

const cutShort = (reason: string) => (error: unknown) => error instanceof MediaCutShort && error.reason === reason

test('a download: signed request, two parts, headers and bytes of the second', async () => {
  const { us, to, beta, alfa } = servers()
  beta.answering = () =>
    rawReply(200, head, multipart('Content-Type: image/png\r\nContent-Disposition: inline\r\n\r\nPNG'))
  const media = got(await us.download(to, asked))
  assert.deepEqual([media.contentType, media.contentDisposition, await read(media)], ['image/png', 'inline', 'PNG'])
  assert.deepEqual(beta.received.at(-1), {
    method: 'GET',
    target: '/_matrix/federation/v1/media/download/abc?timeout_ms=20000',
    origin: alfa.name,
  })
})

test('a thumbnail names its size, method and animation, and the wait for an upload is bounded', async () => {
  const { us, to, beta } = servers()
  beta.answering = () => rawReply(200, head, multipart('\r\nPNG'))
  const outcome = await us.thumbnail(to, {
    ...asked,
    width: 64,
    height: 48,
    method: 'crop',
    animated: false,
    uploadWait: 1e9,
  })
  assert.equal(await read(got(outcome)), 'PNG')
  assert.equal(
    beta.received.at(-1)?.target,
    '/_matrix/federation/v1/media/thumbnail/abc?width=64&height=48&method=crop&animated=false&timeout_ms=60000',
  )
})

test('a server that knows no authenticated media is asked in the old way, unsigned and not for media of others', async () => {
  const { us, to, beta } = servers()
  beta.answering = ({ target }) =>
    target.startsWith('/_matrix/media/')
      ? rawReply(200, { 'content-type': 'image/gif' }, 'GIF')
      : [404, { errcode: 'M_UNRECOGNIZED' }]
  const media = got(await us.download(to, asked))
  assert.deepEqual([media.contentType, await read(media)], ['image/gif', 'GIF'])
  const last = beta.received.at(-1)
  assert.equal(last?.target, `/_matrix/media/v3/download/${to}/abc?timeout_ms=20000&allow_remote=false`)
  assert.equal(last?.origin, undefined)
})

test('media that are not there are not looked for in the old way', async () => {
  const { us, to, beta } = servers()
  beta.answering = () => [404, { errcode: 'M_NOT_FOUND' }]
  assert.equal(kindOf(await us.download(to, asked)), 'refused')
  assert.equal(beta.received.filter(({ target }) => target.includes('/media/')).length, 1)
})

const fetchOf = (pages: Record<string, WireAnswer>) => {
  const urls: string[] = []
  const fetch: PlainFetch = {
    fetch: (url) => {
      urls.push(url.href)
      const page = pages[url.href]
      return page ? Promise.resolve(page) : Promise.reject(new NetworkError('address'))
    },
  }
  return { urls, fetch }
}

test('media behind a Location are fetched from there, over https, through a few redirects, under the address rules', async () => {
  const { fetch, urls } = fetchOf({
    'https://cdn.se/x': rawReply(307, { location: '/y' }, ''),
    'https://cdn.se/y': rawReply(200, { 'content-type': 'image/png' }, 'PNG'),
    'https://cdn.se/circle': rawReply(302, { location: '/circle' }, ''),
    'https://cdn.se/plain': rawReply(302, { location: 'http://cdn.se/y' }, ''),
  })
  const { us, to, beta } = servers(fetch)
  const behind = async (location: string) => {
    beta.answering = () => rawReply(200, head, multipart(`Location: ${location}\r\n\r\n`))
    return await us.download(to, asked)
  }
  const media = got(await behind('https://cdn.se/x'))
  assert.deepEqual([media.contentType, await read(media)], ['image/png', 'PNG'])
  assert.deepEqual(urls, ['https://cdn.se/x', 'https://cdn.se/y'])
  assert.equal(kindOf(await behind('https://cdn.se/circle')), 'bad-answer')
  assert.equal(kindOf(await behind('https://cdn.se/plain')), 'bad-answer')
  assert.equal(kindOf(await behind('http://cdn.se/y')), 'bad-answer')
  assert.equal(kindOf(await behind('file:///etc/passwd')), 'bad-answer')
  assert.equal(kindOf(await behind('https://10.0.0.1/')), 'unreachable')
})

test('an answer that is no multipart of two parts is bad', async () => {
  const { us, to, beta } = servers()
  const answers = [
    rawReply(200, { 'content-type': 'image/png' }, 'PNG'),
    rawReply(200, head, 'PNG'),
    rawReply(200, head, '--b\r\n\r\n{}\r\n--b--'),
  ]
  for (const answer of answers) {
    beta.answering = () => answer
    assert.equal(kindOf(await us.download(to, asked)), 'bad-answer')
  }
})

test('more bytes than were asked for, or an end before the end, break the reading off', async () => {
  const { us, to, beta } = servers()
  beta.answering = () => rawReply(200, head, multipart(`\r\n${'x'.repeat(1001)}`))
  await assert.rejects(read(got(await us.download(to, asked))), cutShort('too-large'))
  beta.answering = () => rawReply(200, head, multipart(`\r\n${'x'.repeat(1000)}`))
  assert.equal((await read(got(await us.download(to, asked)))).length, 1000)
  beta.answering = () => rawReply(200, head, multipart('\r\nhalf').slice(0, -9))
  await assert.rejects(read(got(await us.download(to, asked))), cutShort('malformed'))
})

test('a server that falls silent in the middle, and a reader who never comes, hold nothing for ever', async () => {
  const { us, to, beta, clock } = servers()
  let returned = 0
  const begin = Buffer.from(multipart('\r\nbegin').slice(0, -9))
  const stalling = async function* () {
    yield begin
    yield Buffer.alloc(100)
    await new Promise(() => undefined)
  }
  beta.answering = () => ({ status: 200, headers: head, body: stalling() })
  const reading = read(got(await us.download(to, asked)))
  await until(() => clock.pending === 1)
  const broken = assert.rejects(reading, cutShort('timeout'))
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
  await clock.advance(30_000)
  await broken

  const finishing = async function* () {
    try {
      yield Buffer.from(multipart('\r\nPNG'))
    } finally {
      returned += 1
    }
  }
  beta.answering = () => ({ status: 200, headers: head, body: finishing() })
  got(await us.download(to, asked))
  assert.deepEqual([clock.pending, returned], [1, 0])
  await clock.advance(300_000)
  assert.deepEqual([clock.pending, returned], [0, 1])
  assert.equal(us.awayUntil(to), undefined)
})

test('a reader who stops early frees its place', async () => {
  const { us, to, beta, clock } = servers()
  const long = async function* () {
    yield* oneBody(Buffer.from(multipart('\r\nbegin').slice(0, -9)))
    for (;;) yield Buffer.alloc(10)
  }
  beta.answering = () => ({ status: 200, headers: head, body: long() })
  // More than the places that there are.
  for (let count = 0; count < 30; count += 1) {
    const media = got(await us.download(to, asked))
    for await (const piece of media.body) {
      assert.ok(piece.length > 0)
      break
    }
  }
  await until(() => clock.pending === 0)
})
