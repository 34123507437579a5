import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import { seededRandom } from '#platform/random/random.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { type Zone, ZoneDns } from './discovery/dns-for-tests.ts'
import { NetworkError, type WireRequest } from './network/network.ts'
import { readBounded } from './network/read-bounded.ts'
import { closedPort, httpsServer, testAuthority } from './network/server-for-tests.ts'
import { openProcessNetwork, type Pinning, type ProcessNetworkOptions } from './process-network.ts'

const named = (text: string): ServerName => parseServerName(text) ?? assert.fail(text)
const authority = testAuthority()
const echo: RequestListener = (request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ host: request.headers.host, url: request.url, method: request.method }))
}

function networkFor(
  t: TestContext,
  zone: Zone,
  { pinning, ...options }: Partial<ProcessNetworkOptions> & { readonly pinning?: Pinning } = {},
) {
  const dns = new ZoneDns(zone)
  const whole: ProcessNetworkOptions = {
    addresses: { allowPrivate: true },
    authorities: [authority.certificate],
    ...options,
  }
  const opened = openProcessNetwork({
    clock: systemClock(),
    random: seededRandom(1),
    options: whole,
    dns,
    ...(pinning && { pinning }),
  })
  t.after(() => opened.close())
  const ask = async (to: string, more: Partial<WireRequest> = {}, signal = new AbortController().signal) => {
    const request: WireRequest = {
      from: named('us.se'),
      to: named(to),
      method: 'GET',
      target: '/x?y=%2F',
      headers: {},
      body: undefined,
      ...more,
    }
    const { status, body } = await opened.network.exchange(request, signal)
    const text = Buffer.from((await readBounded(body, 100_000)) ?? []).toString()
    return { status, json: JSON.parse(text) }
  }
  return { ask, opened, dns }
}

const refused = (reason: string) => (error: unknown) => error instanceof NetworkError && error.reason === reason
const local = { addresses: { 'hs1.se': ['127.0.0.1'] } }

test('a request reaches the server with its target unchanged, the server name as Host and in SNI', async (t) => {
  const server = await httpsServer(t, authority.issue(['hs1.se']), echo)
  const { ask } = networkFor(t, local)
  const to = `hs1.se:${server.port}`
  assert.deepEqual(await ask(to), { status: 200, json: { host: to, url: '/x?y=%2F', method: 'GET' } })
  assert.deepEqual(server.serverNames, ['hs1.se'])
})

test('an address is a server name too: certificate for the address, no SNI', async (t) => {
  const server = await httpsServer(t, authority.issue(['127.0.0.1']), echo)
  const { ask } = networkFor(t, {})
  assert.equal((await ask(`127.0.0.1:${server.port}`)).status, 200)
  assert.deepEqual(server.serverNames, [undefined])
})

test('a delegation by .well-known and by SRV: Host and certificate are those that the specification says', async (t) => {
  const server = await httpsServer(t, authority.issue(['hs1.se']), echo)
  const web = await httpsServer(t, authority.issue(['org.se']), (_request, response) => {
    response.end(JSON.stringify({ 'm.server': 'hs1.se' }))
  })
  const services = { '_matrix-fed._tcp.hs1.se': [{ name: 'box.se', port: server.port, priority: 1, weight: 1 }] }
  const addresses = { 'org.se': ['127.0.0.1'], 'box.se': ['127.0.0.1'] }
  const { ask } = networkFor(t, { addresses, services }, { ports: { matrix: 1, https: web.port } })
  assert.equal((await ask('org.se')).json.host, 'hs1.se')
  assert.equal((await ask('hs1.se')).json.host, 'hs1.se')
})

test('one connection serves many requests, and media have their own', async (t) => {
  const server = await httpsServer(t, authority.issue(['hs1.se']), echo)
  const { ask } = networkFor(t, local)
  for (let count = 0; count < 20; count += 1) await ask(`hs1.se:${server.port}`)
  // A connection comes free a moment after its answer was read: a request right behind it may open one more.
  const before = server.connections
  assert.ok(before <= 2, `${before} connections`)
  await ask(`hs1.se:${server.port}`, { bulk: true })
  assert.equal(server.connections, before + 1)
})

test('a certificate for another name, of an unknown authority, or out of date is refused before a byte is sent', async (t) => {
  let requests = 0
  const count: RequestListener = (_request, response) => {
    requests += 1
    response.end('{}')
  }
  const stranger = testAuthority(2)
  const longAgo = { from: Date.UTC(2020, 0, 1), until: Date.UTC(2020, 1, 1) }
  const certificates = [authority.issue(['other.se']), stranger.issue(['hs1.se']), authority.issue(['hs1.se'], longAgo)]
  const { ask } = networkFor(t, local)
  for (const certificate of certificates) {
    const server = await httpsServer(t, certificate, count)
    await assert.rejects(ask(`hs1.se:${server.port}`), refused('connection'))
  }
  assert.equal(requests, 0)
})

test('a pin refuses a certificate that is otherwise good, by tenant', async (t) => {
  const server = await httpsServer(t, authority.issue(['hs1.se']), echo)
  const asked: string[] = []
  const refuse = (from: ServerName, destination: string) => {
    asked.push(`${from} ${destination}`)
    return from === 'strict.se' ? new Error('not the pinned key') : undefined
  }
  const { ask } = networkFor(t, local, { pinning: { refuse } })
  const to = `hs1.se:${server.port}`
  assert.equal((await ask(to)).status, 200)
  await assert.rejects(ask(to, { from: named('strict.se') }), refused('connection'))
  assert.deepEqual(asked, [`us.se ${to}`, `strict.se ${to}`])
})

test('private addresses are refused when they are connected to, by name, by literal, and behind .well-known', async (t) => {
  const server = await httpsServer(t, authority.issue(['hs1.se', 'org.se', '127.0.0.1']), echo)
  const web = await httpsServer(t, authority.issue(['org.se']), (_request, response) =>
    response.end('{"m.server":"8.8.8.8:1"}'),
  )
  const addresses = { 'hs1.se': ['127.0.0.1', '::1', '10.0.0.1'], 'org.se': ['127.0.0.1'] }
  const options = { addresses: { allowPrivate: false }, ports: { matrix: server.port, https: web.port } }
  const { ask, opened } = networkFor(t, { addresses }, options)
  await assert.rejects(ask(`hs1.se:${server.port}`), refused('address'))
  await assert.rejects(ask(`127.0.0.1:${server.port}`), refused('address'))
  await assert.rejects(ask(`[::1]:${server.port}`), refused('address'))
  await assert.rejects(ask('org.se'), refused('address'))
  const url = new URL(`https://org.se:${web.port}/`)
  await assert.rejects(opened.fetch.fetch(url, new AbortController().signal), refused('address'))
  await assert.rejects(
    opened.fetch.fetch(new URL(`http://org.se:${web.port}/`), new AbortController().signal),
    refused('address'),
  )
  assert.equal(server.connections + web.connections, 0)
})

test('every address is tried in turn, and one that refuses costs nothing but its turn', async (t) => {
  const server = await httpsServer(t, authority.issue(['hs1.se']), echo)
  const { ask } = networkFor(t, { addresses: { 'hs1.se': ['::1', '127.0.0.1'] } })
  assert.equal((await ask(`hs1.se:${server.port}`)).status, 200)
})

test('no address, and nobody there, are told apart', async (t) => {
  const { ask } = networkFor(t, local)
  await assert.rejects(ask('gone.se:1'), refused('name'))
  await assert.rejects(ask(`hs1.se:${await closedPort()}`), refused('connection'))
})

test('a handshake that never comes to an end is given up', async (t) => {
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.after(() => silent.close())
  const address = silent.address()
  assert.ok(typeof address === 'object' && address !== null)
  silent.on('connection', (socket) => t.after(() => socket.destroy()))
  const { ask } = networkFor(t, local, { connectTimeout: 50 })
  await assert.rejects(ask(`hs1.se:${address.port}`), refused('connection'))
})

test('a request ends with its signal', async (t) => {
  const controller = new AbortController()
  const server = await httpsServer(t, authority.issue(['hs1.se']), () => controller.abort(new Error('enough')))
  const { ask } = networkFor(t, local)
  await assert.rejects(ask(`hs1.se:${server.port}`, {}, controller.signal), /enough/)
})

test('a kept connection that the server has closed is replaced; a POST is not sent twice', async (t) => {
  let requests = 0
  const server = await httpsServer(t, authority.issue(['hs1.se']), (request, response) => {
    requests += 1
    // Every second request meets a connection that dies.
    if (requests % 2 === 0) request.socket.destroy()
    else response.end('{}')
  })
  const { ask } = networkFor(t, local)
  const to = `hs1.se:${server.port}`
  await ask(to)
  assert.equal((await ask(to)).status, 200)
  assert.equal(requests, 3)
  await assert.rejects(ask(to, { method: 'POST', body: Buffer.from('{}') }), refused('connection'))
  assert.equal(requests, 4)
})

test('a plain POST reaches an ordinary host, goes nowhere private, and is repeated when its connection is closed', async (t) => {
  let requests = 0
  const server = await httpsServer(t, authority.issue(['push.se']), async (request, response) => {
    requests += 1
    if (requests === 3) return void request.socket.destroy()
    let text = ''
    for await (const piece of request) text += piece
    response.end(JSON.stringify({ text, url: request.url, host: request.headers.host }))
  })
  const addresses = { 'push.se': ['127.0.0.1'] }
  const url = new URL(`https://push.se:${server.port}/_matrix/push/v1/notify`)
  const { signal } = new AbortController()
  const { opened } = networkFor(t, { addresses })
  const post = async () => {
    const { status, body } = await opened.post.post(url, Buffer.from('{"a":1}'), signal)
    return [status, JSON.parse(Buffer.from((await readBounded(body, 1000)) ?? []).toString())]
  }
  const answer = [200, { text: '{"a":1}', url: '/_matrix/push/v1/notify', host: url.host }]
  assert.deepEqual([await post(), await post()], [answer, answer])
  assert.deepEqual(await post(), answer)
  assert.equal(requests, 4)
  const careful = networkFor(t, { addresses }, { addresses: { allowPrivate: false } }).opened.post
  await assert.rejects(careful.post(url, Buffer.from('{}'), signal), refused('address'))
  const plain = new URL('http://push.se/_matrix/push/v1/notify')
  await assert.rejects(opened.post.post(plain, Buffer.from('{}'), signal), refused('address'))
})
