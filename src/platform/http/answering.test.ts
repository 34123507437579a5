import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { HttpReply, HttpRequest, Route } from './http.ts'
import { allOf, aServer, until } from './testing-server.ts'

const get = (pattern: string, handle: Route['handle'], headers?: Route['headers']): Route => ({
  method: 'GET',
  pattern,
  handle,
  ...(headers && { headers }),
})

test('text, bytes and pieces arrive whole, with their length', async (t) => {
  const large = 'å'.repeat(300_000)
  const server = await aServer(t, [
    get('/json', (_, reply) => reply.json(201, '{"å":1}')),
    get('/bytes', (_, reply) => reply.send(200, Buffer.from('abc'), { 'content-type': 'text/plain' })),
    get('/pieces', (_, reply) => reply.send(200, [Buffer.from('ab'), Buffer.from('c')])),
    get('/large', (_, reply) => reply.send(200, large)),
    get('/empty', (_, reply) => reply.send(200, '')),
  ])
  const json = await server.get('/json')
  assert.deepEqual([json.status, json.body, json.headers['content-length']], [201, '{"å":1}', '8'])
  assert.equal(json.headers['content-type'], 'application/json')
  assert.equal((await server.get('/bytes')).headers['content-type'], 'text/plain')
  assert.deepEqual(
    [(await server.get('/pieces')).body, (await server.get('/pieces')).headers['content-length']],
    ['abc', '3'],
  )
  const whole = await server.get('/large')
  assert.ok(whole.body === large)
  assert.equal(whole.headers['content-length'], '600000')
  assert.equal((await server.get('/empty')).headers['content-length'], '0')
})

test('headers of the route are on every answer, also of errors; the answer’s own stand in for them', async (t) => {
  const cors = { 'access-control-allow-origin': '*', 'cache-control': 'no-store', vary: ['a', 'b'] }
  const server = await aServer(t, [
    get('/fine', (_, reply) => reply.json(200, '{}', { 'Cache-Control': 'private' }), cors),
    get('/throws', () => assert.fail('broken'), cors),
  ])
  const fine = await server.get('/fine')
  assert.deepEqual([fine.headers['access-control-allow-origin'], fine.headers['cache-control']], ['*', 'private'])
  const broken = await server.get('/throws')
  assert.deepEqual(
    [broken.status, broken.headers['access-control-allow-origin'], broken.headers.vary],
    [500, '*', 'a, b'],
  )
})

test('what a route throws, rejects with, or forgets is answered by onError, and the connection goes on', async (t) => {
  const server = await aServer(t, [
    get('/throws', () => assert.fail('now')),
    get('/rejects', () => Promise.reject(new Error('later'))),
    get('/forgets', () => undefined),
    get('/twice', (_, reply) => {
      reply.json(200, '{}')
      reply.json(200, '{}')
    }),
    get('/fine', (_, reply) => reply.json(200, '{}')),
  ])
  assert.deepEqual([(await server.get('/throws')).status, (await server.get('/rejects')).status], [500, 500])
  assert.deepEqual((await server.get('/forgets')).body, 'no-answer')
  await server.get('/twice').catch(() => undefined)
  assert.equal(server.errors.length, 4)
  const kept = await server.raw(
    'GET /throws HTTP/1.1\r\nHost: x\r\n\r\nGET /fine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  )
  assert.match(kept, /^HTTP\/1\.1 500[\s\S]*HTTP\/1\.1 200/)
})

test('an error in onError itself is a plain 500, and is logged', async (t) => {
  const server = await aServer(t, [get('/throws', () => assert.fail('now'))], {
    onError: () => {
      throw new Error('in onError')
    },
  })
  assert.equal((await server.get('/throws')).status, 500)
  assert.ok(server.lines.some((line) => JSON.stringify(line).includes('in onError')))
})

test('a stream is sent as it comes and waits for the client: a client that does not read does not fill the memory', async (t) => {
  let made = 0
  async function* endless() {
    for (;;) {
      made += 1
      yield Buffer.alloc(64 * 1024)
      await turn()
    }
  }
  const ended = Promise.withResolvers<unknown>()
  const server = await aServer(t, [
    get('/', (_, reply) => {
      const done = reply.stream(200, endless())
      done.catch(ended.resolve)
      return done
    }),
  ])
  const socket = await server.open('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.pause()
  let before = -1
  // It has stopped when it makes no more in a good while.
  while (before !== made) {
    before = made
    for (let i = 0; i < 2000; i++) await turn()
  }
  assert.ok(made < 2000, `${made} pieces of 64 KiB were made`)
  socket.destroy()
  assert.match(String(await ended.promise), /client went away/)
})

test('a client that takes nothing of its answer is cut off after the stall time', async (t) => {
  const server = await aServer(t, [get('/', (_, reply) => reply.send(200, Buffer.alloc(64 * 1024 * 1024)))])
  const socket = await server.open('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.pause()
  const waiting = async () => /requests_open\{listener="main"\} 1/.test((await server.metrics.exposition()).text)
  while (!(await waiting())) await turn()
  for (let i = 0; i < 500; i++) await turn()
  await server.clock.advance(59_000)
  assert.equal(server.lines.length, 0)
  await server.clock.advance(63_000)
  await until(() => server.lines.length === 1)
  assert.equal(server.lines[0]?.['client_gone'], true)
})

test('a source that breaks, or ends before its declared length, breaks the connection: a part never looks whole', async (t) => {
  async function* breaking() {
    yield Buffer.from('some')
    throw new Error('disk')
  }
  async function* short() {
    yield Buffer.from('some')
  }
  const server = await aServer(t, [
    get('/breaks', (_, reply) => reply.stream(200, breaking())),
    get('/short', (_, reply) => reply.stream(200, short(), { 'content-length': '10' })),
    get('/whole', (_, reply) => reply.stream(200, short(), { 'content-length': '4' })),
  ])
  await assert.rejects(server.get('/breaks'))
  await assert.rejects(server.get('/short'))
  assert.equal((await server.get('/whole')).body, 'some')
  const head = await server.ask('HEAD', '/breaks')
  assert.equal(head.status, 200)
})

test('the signal is aborted when the client goes away, and nothing is answered or reported then', async (t) => {
  const gone = Promise.withResolvers<unknown>()
  const arrived = Promise.withResolvers<void>()
  const server = await aServer(t, [
    get('/', async ({ signal }) => {
      arrived.resolve()
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))).catch(
        (reason) => {
          gone.resolve(reason)
          throw reason
        },
      )
    }),
  ])
  const socket = await server.open('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await arrived.promise
  socket.destroy()
  assert.match(String(await gone.promise), /client went away/)
  await until(() => server.lines.length === 1)
  assert.deepEqual(server.errors, [])
  assert.deepEqual([server.lines[0]?.['client_gone'], server.lines[0]?.['status']], [true, 0])
})

test('one log line per request: the pattern and never the path, with tenant and user when they are known', async (t) => {
  const server = await aServer(t, [
    get('/rooms/:roomId', (request, reply) => {
      request.serverName = 'alfa.localhost'
      request.user = '@anna:alfa.localhost'
      reply.json(200, '{"id":1}')
    }),
  ])
  await server.get('/rooms/hemligt?access_token=hemligt')
  await server.get('/hemligt')
  await until(() => server.lines.length === 2)
  assert.equal(JSON.stringify(server.lines).includes('hemligt'), false)
  const [found, missed] = server.lines
  assert.partialDeepStrictEqual(found, {
    server_name: 'alfa.localhost',
    user: '@anna:alfa.localhost',
    method: 'GET',
    route: '/rooms/:roomId',
    status: 200,
    bytes: 8,
    ms: 0,
  })
  assert.partialDeepStrictEqual(missed, { route: '', status: 404 })
  assert.notEqual(found?.['request_id'], missed?.['request_id'])
  const { text } = await server.metrics.exposition()
  assert.match(text, /seconds_count\{listener="main",method="GET",route="\/rooms\/:roomId",status="200"\} 1/)
  assert.match(text, /seconds_count\{listener="main",method="other",route="",status="404"\} 1/)
})

test('a stop takes no new connections, tells long polls to end, waits for them, and closes', async (t) => {
  const waiting = Promise.withResolvers<void>()
  const poll = async ({ draining }: HttpRequest, reply: HttpReply) => {
    waiting.resolve()
    await new Promise<void>((resolve) => draining.addEventListener('abort', () => resolve()))
    reply.json(200, '{"ended":"calmly"}')
  }
  const server = await aServer(t, [get('/', poll)])
  const polling = server.get('/')
  const idle = await server.open('')
  await waiting.promise
  const stopped = Promise.all([server.server.stop(10_000), allOf(idle)])
  const answer = await polling
  await until(() => server.clock.pending === 3)
  await server.clock.advance(100)
  await stopped
  assert.deepEqual([answer.body, answer.headers.connection], ['{"ended":"calmly"}', 'close'])
  await assert.rejects(server.get('/'))
})

test('a stop cuts off what does not end within the grace', async (t) => {
  const waiting = Promise.withResolvers<void>()
  const server = await aServer(t, [
    get('/', ({ signal }) => {
      waiting.resolve()
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }),
  ])
  const polling = assert.rejects(server.get('/'))
  await waiting.promise
  let stopped = false
  const stopping = server.server.stop(5000).then(() => {
    stopped = true
  })
  await server.clock.advance(4999)
  assert.equal(stopped, false)
  await server.clock.advance(1)
  await Promise.all([stopping, polling])
})

test('a port in use is said in a sentence, and nothing stays open', async (t) => {
  const server = await aServer(t, [])
  await assert.rejects(
    aServer(t, [], { listener: { port: server.port, name: 'second' } }),
    new RegExp(`127\\.0\\.0\\.1:${server.port} \\(listener "second"\\) is in use by another program`),
  )
})

test('a route that answers after its client has left does no harm, in any form of answer', async (t) => {
  async function* source() {
    yield Buffer.from('a')
    yield Buffer.alloc(200_000)
  }
  const forms: Readonly<Record<string, (reply: HttpReply) => Promise<void> | void>> = {
    json: (reply) => reply.json(200, '{}'),
    large: (reply) => reply.send(200, Buffer.alloc(1_000_000)),
    stream: (reply) => reply.stream(200, source()),
    throws: () => assert.fail('a defect'),
  }
  let answered = 0
  const arrived = new Set<string>()
  const routes = Object.entries(forms).map(([name, answer]) =>
    get(`/${name}`, async ({ signal }, reply) => {
      arrived.add(name)
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      answered += 1
      await answer(reply)
    }),
  )
  const server = await aServer(t, [...routes, get('/fine', (_, reply) => reply.json(200, '{}'))])
  for (const name of Object.keys(forms)) {
    const socket = await server.open(`GET /${name} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await until(() => arrived.has(name))
    socket.destroy()
  }
  await until(() => answered === 4 && server.lines.length === 4)
  assert.equal((await server.get('/fine')).status, 200)
  // The defect is told all the same.
  assert.deepEqual(
    server.errors.map((error) => (error instanceof Error ? error.message : error)),
    ['a defect'],
  )
})
