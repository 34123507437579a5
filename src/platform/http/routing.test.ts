import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { HttpRequest, Route } from './http.ts'
import { aServer } from './testing-server.ts'

/** Answers with what the route saw. */
function echo(
  method: string,
  pattern: string,
  show: (request: HttpRequest) => unknown = ({ params }) => params,
): Route {
  return {
    method,
    pattern,
    handle: (request, reply) => reply.json(200, JSON.stringify({ pattern, seen: show(request) })),
  }
}

const send = '/_matrix/client/v3/rooms/:roomId/send/:eventType/:txnId'
const base = '/_matrix/client/v3/rooms'

test('path parameters are decoded exactly once, and %2F inside one is no separator', async (t) => {
  const server = await aServer(t, [echo('PUT', send)])
  const cases: [string, Record<string, string>][] = [
    ['/!r:x.se/send/m.room.message/1', { roomId: '!r:x.se', eventType: 'm.room.message', txnId: '1' }],
    ['/%21r%3Ax.se/send/a%2Fb/%2f', { roomId: '!r:x.se', eventType: 'a/b', txnId: '/' }],
    ['/a%252Fb/send/%25/100%25', { roomId: 'a%2Fb', eventType: '%', txnId: '100%' }],
    ['/%C3%A5%F0%9F%99%82/send/a+b/c%20d', { roomId: 'å🙂', eventType: 'a+b', txnId: 'c d' }],
    ['/a;b/send/c,d/e=f&g', { roomId: 'a;b', eventType: 'c,d', txnId: 'e=f&g' }],
    ['/a/send/%3F/%23?x=%2F', { roomId: 'a', eventType: '?', txnId: '#' }],
  ]
  for (const [path, expected] of cases) {
    const answer = await server.ask('PUT', `${base}${path}`)
    assert.equal(answer.status, 200, path)
    assert.deepEqual(JSON.parse(answer.body).seen, expected)
  }
})

test('any text survives the way through a path parameter', async (t) => {
  const server = await aServer(t, [echo('GET', '/a/:b/c/:d')])
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(text, text, async (b, d) => {
      const { body } = await server.get(`/a/${encodeURIComponent(b)}/c/${encodeURIComponent(d)}`)
      assert.deepEqual(JSON.parse(body).seen, { b, d })
    }),
    { numRuns: 60 },
  )
})

test('percent-encoding that is no UTF-8 is the caller’s error, on any method', async (t) => {
  const server = await aServer(t, [echo('PUT', send)])
  for (const bad of ['%', '%z', '%C3%28', '%ff', '%ED%A0%80', '%2']) {
    for (const method of ['PUT', 'GET', 'OPTIONS']) {
      const answer = await server.ask(method, `${base}/${bad}/send/a/b`)
      assert.deepEqual([answer.status, answer.body], [400, 'malformed-path'], `${method} ${bad}`)
    }
  }
})

test('an unknown path is 404, a known path with another method 405 with its methods', async (t) => {
  const server = await aServer(t, [echo('GET', '/a/:b'), echo('PUT', '/a/:b'), echo('POST', '/c')])
  assert.deepEqual((await server.get('/x')).status, 404)
  assert.deepEqual((await server.get('/a')).status, 404)
  const other = await server.ask('DELETE', '/a/1')
  assert.deepEqual([other.status, other.headers.allow], [405, 'GET, PUT, HEAD'])
  assert.equal((await server.ask('TRACE', '/c')).status, 405)
  assert.equal((await server.ask('PROPFIND', '/none')).status, 404)
})

test('paths are case-sensitive, doubled slashes count, and a trailing slash is another route', async (t) => {
  const server = await aServer(t, [
    echo('GET', '/state/:type'),
    echo('GET', '/state/:type/:key'),
    echo('GET', '/plain'),
    echo('GET', '/both'),
    echo('GET', '/both/'),
  ])
  for (const path of ['/Plain', '/plain/', '//plain', '/plain//'])
    assert.equal((await server.get(path)).status, 404, path)
  assert.deepEqual(JSON.parse((await server.get('/both/')).body).pattern, '/both/')
  assert.deepEqual(JSON.parse((await server.get('/both')).body).pattern, '/both')
  assert.deepEqual(JSON.parse((await server.get('/state/m.room.name')).body).seen, { type: 'm.room.name' })
  const empty = JSON.parse((await server.get('/state/m.room.name/')).body)
  assert.deepEqual(empty, { pattern: '/state/:type/:key', seen: { type: 'm.room.name', key: '' } })
})

test('parameters of many thousand characters arrive whole', async (t) => {
  const server = await aServer(t, [echo('GET', '/a/:b')])
  const long = 'å'.repeat(4000)
  assert.equal(JSON.parse((await server.get(`/a/${encodeURIComponent(long)}`)).body).seen.b, long)
})

test('the raw target, path and query are untouched; an absolute target brings its own host', async (t) => {
  const seen = ({ target, path, query, host }: HttpRequest) => ({ target, path, query, host })
  const server = await aServer(t, [echo('GET', '/a/:b', seen)])
  const { body } = await server.get('/a/%2F%41?x=%20&y=?z', { host: 'Alfa.Localhost:8448' })
  assert.deepEqual(JSON.parse(body).seen, {
    target: '/a/%2F%41?x=%20&y=?z',
    path: '/a/%2F%41',
    query: 'x=%20&y=?z',
    host: 'alfa.localhost:8448',
  })
  const answer = await server.raw('GET http://Beta.Example/a/1?q HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n')
  assert.match(answer, /"path":"\/a\/1","query":"q","host":"beta.example"/)
})

test('HEAD answers as GET without a body; OPTIONS is answered for known and unknown paths', async (t) => {
  const headers = { 'access-control-allow-origin': '*' }
  const server = await aServer(t, [{ ...echo('GET', '/a'), headers }])
  const head = await server.ask('HEAD', '/a')
  assert.equal(head.status, 200)
  assert.equal(head.body, '')
  assert.equal(head.headers['content-length'], String((await server.get('/a')).body.length))
  const known = await server.ask('OPTIONS', '/a')
  assert.deepEqual(
    [known.status, known.headers['access-control-allow-origin'], known.headers.allow],
    [204, '*', 'GET, HEAD'],
  )
  assert.equal(known.headers['content-length'], undefined)
  assert.equal((await server.ask('OPTIONS', '/unknown')).headers['access-control-allow-origin'], undefined)
  assert.match(await server.raw('OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 204 /)
})

test('a literal route wins over a parameter, whatever the order they were given in', async (t) => {
  const server = await aServer(t, [echo('GET', '/keys/:id'), echo('GET', '/keys/changes')])
  assert.equal(JSON.parse((await server.get('/keys/changes')).body).pattern, '/keys/changes')
  assert.equal(JSON.parse((await server.get('/keys/change')).body).pattern, '/keys/:id')
})
