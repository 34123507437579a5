import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HttpFault, type Route } from './http.ts'
import { allOf, aServer, until } from './testing-server.ts'

const LIMIT = 1000

const whole: Route = {
  method: 'PUT',
  pattern: '/whole',
  handle: async (request, reply) => reply.send(200, String((await request.body(LIMIT)).length)),
}

const streamed: Route = {
  method: 'PUT',
  pattern: '/streamed',
  handle: async (request, reply) => {
    let length = 0
    for await (const piece of request.stream(LIMIT)) length += piece.length
    reply.send(200, String(length))
  },
}

const ignoring: Route = { method: 'PUT', pattern: '/ignored', handle: (_, reply) => reply.send(200, 'ignored') }

const routes = [whole, streamed, ignoring]

for (const path of ['/whole', '/streamed']) {
  test(`${path}: a body up to the limit is read, empty ones too, chunked ones too`, async (t) => {
    const server = await aServer(t, routes)
    assert.equal((await server.ask('PUT', path, 'x'.repeat(LIMIT))).body, '1000')
    assert.equal((await server.ask('PUT', path)).body, '0')
    const chunked = await server.raw(
      `PUT ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    )
    assert.match(chunked, /\r\n\r\n5$/)
  })

  test(`${path}: a declared length over the limit is refused before the body comes`, async (t) => {
    const server = await aServer(t, routes)
    const socket = await server.open(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n`)
    const first = await new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))))
    assert.match(first, /^HTTP\/1\.1 413[\s\S]*body-too-large$/)
    socket.destroy()
  })

  test(`${path}: a real length over the limit is refused, and the client reads the answer though it goes on sending`, async (t) => {
    const server = await aServer(t, routes)
    const answer = await server.ask('PUT', path, 'x'.repeat(500_000), { 'transfer-encoding': 'chunked' })
    assert.deepEqual([answer.status, answer.body], [413, 'body-too-large'])
  })

  test(`${path}: a body that trickles is given up after the stall time, one that moves is not`, async (t) => {
    const server = await aServer(t, routes, { limits: { bodyStall: 4000 } })
    const socket = await server.open(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n`)
    const answer = allOf(socket)
    const open = async () => /requests_open\{listener="main"\} 1/.test((await server.metrics.exposition()).text)
    while (!(await open())) await server.clock.advance(0)
    // 500 bytes in five seconds: slow, and fast enough.
    socket.write('x'.repeat(500))
    await server.clock.advance(1000)
    await server.clock.advance(1000)
    for (let i = 0; i < 8; i++) {
      socket.write('x')
      await server.clock.advance(1000)
    }
    socket.end()
    assert.match(await answer, /^HTTP\/1\.1 408[\s\S]*body-too-slow$/)
  })

  test(`${path}: a client that goes away in the middle of its body ends the request`, async (t) => {
    const server = await aServer(t, routes)
    const socket = await server.open(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc`)
    await until(() => socket.bytesWritten > 0)
    socket.destroy()
    await until(() => server.lines.length === 1)
    assert.equal(server.lines[0]?.['client_gone'], true)
    assert.deepEqual(
      server.errors.filter((error) => !(error instanceof HttpFault)),
      [],
    )
  })
}

test('a body that nobody reads is thrown away, and the connection goes on', async (t) => {
  const server = await aServer(t, routes)
  const request = `PUT /ignored HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n`
  const body = 'x'.repeat(50_000)
  const all = await server.raw(`${request}\r\n${body}${request}Connection: close\r\n\r\n${body}`)
  assert.equal(all.match(/HTTP\/1\.1 200/g)?.length, 2)
})

test('a client that never ends a body that nobody reads is cut off', async (t) => {
  const server = await aServer(t, routes)
  const socket = await server.open('PUT /ignored HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabc')
  const closed = allOf(socket)
  await until(() => server.lines.length === 1)
  await server.clock.advance(7000)
  assert.match(await closed, /^HTTP\/1\.1 200/)
})

test('a body is read once', async (t) => {
  const twice: Route = {
    method: 'PUT',
    pattern: '/',
    handle: async (request, reply) => {
      await request.body(LIMIT)
      await assert.rejects(request.body(LIMIT), /once/)
      reply.send(200, '')
    },
  }
  const server = await aServer(t, [twice])
  assert.equal((await server.ask('PUT', '/', 'x')).status, 200)
})

test('what is no HTTP gets an answer of ours and the connection closes', async (t) => {
  const server = await aServer(t, routes)
  const bad = [
    'NOT HTTP AT ALL\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'PUT /whole HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost : x\r\n\r\n',
  ]
  for (const text of bad) assert.match(await server.raw(text), /^HTTP\/1\.1 400[\s\S]*malformed-request$/, text)
  const long = await server.raw(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(40_000)}\r\n\r\n`)
  assert.match(long, /^HTTP\/1\.1 431[\s\S]*headers-too-large$/)
})

test('a head that does not come in time ends the connection, also when not a byte came', async (t) => {
  const server = await aServer(t, routes, { limits: { headerTime: 30 } })
  assert.match(await server.raw('GET / HTTP/1.1\r\nHost: x\r\n'), /^HTTP\/1\.1 408[\s\S]*request-timeout$/)
  await server.raw('')
})

test('more requests at once from one address than it may have are refused, and places come back', async (t) => {
  const gate = Promise.withResolvers<void>()
  const poll: Route = {
    method: 'GET',
    pattern: '/',
    handle: async (_, reply) => {
      await gate.promise
      reply.send(200, 'polled')
    },
  }
  const server = await aServer(t, [poll], { limits: { requestsPerAddress: 2 } })
  const polls = [server.get('/'), server.get('/'), server.get('/')]
  const first = await Promise.race(polls)
  assert.deepEqual([first.status, first.body], [429, 'too-many-requests'])
  gate.resolve()
  const statuses = (await Promise.all(polls)).map(({ status }) => status).sort()
  assert.deepEqual(statuses, [200, 200, 429])
  assert.equal((await server.get('/')).status, 200)
})
