// The mount over real sockets: what every endpoint has in common.

import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, test } from 'node:test'
import { getCapabilities } from '#api/client/get-capabilities.ts'
import { getRoomEvents } from '#api/client/get-room-events.ts'
import { getRoomStateWithKey } from '#api/client/get-room-state-with-key.ts'
import { getVersions } from '#api/client/get-versions.ts'
import { joinRoom } from '#api/client/join-room.ts'
import { login } from '#api/client/login.ts'
import { logout } from '#api/client/logout.ts'
import { sendMessage } from '#api/client/send-message.ts'
import { sync } from '#api/client/sync.ts'
import { getEvent } from '#api/federation/get-event.ts'
import { sendTransaction } from '#api/federation/send-transaction.ts'
import { getConfigAuthed } from '#api/media/get-config-authed.ts'
import { getContentAuthed } from '#api/media/get-content-authed.ts'
import { systemClock } from '#platform/clock/clock.ts'
import { type HttpServer, startHttp } from '#platform/http/http.ts'
import { logTo } from '#platform/log/log.ts'
import { createMetrics } from '#platform/metrics/metrics.ts'
import { forbidden, missingToken, unauthorized, unknownToken } from '#protocol/errors/errors.ts'
import {
  type DeviceId,
  type EventId,
  parseServerName,
  parseUserId,
  type ServerName,
} from '#protocol/identifiers/identifiers.ts'
import { canonicalJson } from '#protocol/json/json.ts'
import { jsonAnswer, rawJson, streamAnswer } from './answer.ts'
import { type Handler, handler, type Session } from './handler.ts'
import { edgeAnswers, mount, type SignedRequest, type Tenant } from './mount.ts'

interface TestModules {
  readonly name: string
  readonly seen: unknown[]
}

const eventId = `$${'a'.repeat(42)}A` as EventId

const handlers: readonly Handler<TestModules>[] = [
  handler(getVersions, ({ name }) => () => ({ versions: [name] })),
  handler(sendMessage, ({ seen }) => ({ params, query, body, session }) => {
    seen.push({ ...params, query: { ...query }, body, sender: session.userId })
    return { event_id: eventId }
  }),
  handler(getRoomEvents, ({ seen }) => ({ query }) => {
    seen.push({ ...query })
    return { chunk: [], start: 's1' }
  }),
  handler(joinRoom, ({ seen }) => ({ params, query, body }) => {
    seen.push({ ...params, query: { ...query }, body })
    throw forbidden('join/not-invited', 'This room is by invitation. Ask someone in it to invite you.')
  }),
  handler(getRoomStateWithKey, ({ seen }) => ({ params }) => {
    seen.push({ ...params })
    return { name: 'Kansliet' }
  }),
  handler(login, () => () => jsonAnswer(401, { flows: [], session: 'abc' })),
  handler(logout, () => () => ({})),
  handler(sync, () => () => rawJson([Buffer.from('{"next_batch":'), Buffer.from('"s2"}')])),
  handler(getCapabilities, () => () => {
    throw new Error('the secret inside')
  }),
  // An answer that its definition does not promise: a defect that tests shall see.
  handler(getConfigAuthed, () => () => JSON.parse('{"m.upload.size":"large"}')),
  handler(getContentAuthed, () => () => streamAnswer(pieces(), { 'content-type': 'text/plain' })),
  handler(sendTransaction, ({ seen }) => ({ origin, body }) => {
    seen.push({ origin, body })
    return { pdus: {} }
  }),
  handler(getEvent, () => ({ origin }) => ({ origin, origin_server_ts: 1, pdus: [] })),
]

async function* pieces(): AsyncIterable<Uint8Array> {
  yield Buffer.from('one ')
  yield Buffer.from('two')
}

const alfa = tenant('alfa.example')
const beta = tenant('beta.example:8448')
const lines: string[] = []
const limited = new Map<string, number>()
let server: HttpServer
let port: number

before(async () => {
  const log = logTo({ write: (line: string) => lines.push(line) })
  const tenants = new Map([alfa, beta].map((one) => [String(one.serverName), one]))
  const routes = mount({
    handlers,
    tenantAt: (host) => tenants.get(host),
    limiter: { take: (caller, name) => limited.get(`${name} ${caller}`) ?? 0 },
    acceptTokenInQuery: true,
    checkAnswers: true,
  })
  const clock = systemClock()
  server = await startHttp({
    listeners: [{ name: 'client', host: '127.0.0.1', port: 0, routes }],
    clock,
    log,
    metrics: createMetrics(),
    ...edgeAnswers(log),
  })
  port = server.addresses.get('client')?.port ?? 0
})

after(() => server.stop(100))

function tenant(name: string): Tenant<TestModules> {
  const serverName = parseServerName(name)
  assert.ok(serverName)
  return {
    serverName,
    modules: { name, seen: [] },
    authenticateToken: async (token, { allowLocked }) => {
      if (token === undefined) throw missingToken('This needs an access token.')
      if (token === 'locked' && allowLocked) return session(serverName)
      if (token !== 'good') throw unknownToken('The access token is not valid.', { soft_logout: false })
      return session(serverName)
    },
    authenticateSigned: async ({ method, uri, content, authorization }: SignedRequest) => {
      const over = `X-Matrix over ${canonicalJson(content ?? {}, 'faithful')}`
      if (authorization !== 'X-Matrix good' && authorization !== over) throw unauthorized('The request is not signed.')
      signed.push({ method, uri, content })
      return 'gamma.example' as ServerName
    },
  }
}

const signed: unknown[] = []

function session(serverName: string): Session {
  const userId = parseUserId(`@anna:${serverName}`)
  assert.ok(userId)
  return {
    userNumber: 1,
    userId,
    localpart: 'anna',
    deviceId: 'PHONE' as DeviceId,
    tokenId: 't',
    isGuest: false,
    isAdmin: false,
    isLocked: false,
    isSuspended: false,
    expiresAt: undefined,
    assurance: undefined,
    identityProvider: undefined,
  }
}

interface Reply {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any form
  readonly json: any
}

function call(
  method: string,
  path: string,
  options: { body?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const headers = { host: 'alfa.example', authorization: 'Bearer good', ...options.headers }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const isJson = incoming.headers['content-type'] === 'application/json' && text !== ''
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          json: isJson ? JSON.parse(text) : undefined,
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(options.body)
  })
}

const anonymous = { authorization: '' }
const room = '!kansli:alfa.example'
const send = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/1`

function refused(reply: Reply, status: number, errcode: string): void {
  assert.deepEqual([reply.status, reply.json?.errcode], [status, errcode], reply.text)
  assert.equal(typeof reply.json.error, 'string')
}

test('a call reaches the handler of the tenant that the Host header names', async () => {
  assert.deepEqual((await call('GET', '/_matrix/client/versions')).json, { versions: ['alfa.example'] })
  const hosts = {
    'beta.example:8448': 'beta.example:8448',
    'alfa.example:443': 'alfa.example',
    'ALFA.example': 'alfa.example',
  }
  for (const [host, name] of Object.entries({ ...hosts, 'alfa.example.localhost:8008': 'alfa.example' })) {
    assert.deepEqual((await call('GET', '/_matrix/client/versions', { headers: { host } })).json, { versions: [name] })
  }
})

test('a host that is no server here is told so', async () => {
  refused(await call('GET', '/_matrix/client/versions', { headers: { host: 'gamma.example' } }), 404, 'M_NOT_FOUND')
})

test('a message comes to the handler as its definition says, and the answer back as JSON', async () => {
  const reply = await call('PUT', `${send}?org.matrix.msc4140.delay=5&other=x`, {
    body: '{"body":"hej","msgtype":"m.text"}',
  })
  assert.deepEqual([reply.status, reply.json], [200, { event_id: eventId }])
  assert.equal(reply.headers['content-type'], 'application/json')
  assert.deepEqual(alfa.modules.seen.pop(), {
    roomId: room,
    eventType: 'm.room.message',
    txnId: '1',
    query: { 'org.matrix.msc4140.delay': 5 },
    body: { body: 'hej', msgtype: 'm.text' },
    sender: '@anna:alfa.example',
  })
})

test('former paths are the same endpoint', async () => {
  assert.equal((await call('PUT', send.replace('/v3/', '/r0/'), { body: '{}' })).status, 200)
})

test('state without a state key, with and without a slash, is the state with the empty key', async () => {
  for (const path of ['state/m.room.name', 'state/m.room.name/']) {
    assert.equal((await call('GET', `/_matrix/client/v3/rooms/${room}/${path}`)).status, 200, path)
    assert.deepEqual(alfa.modules.seen.pop(), { roomId: room, eventType: 'm.room.name', stateKey: '' })
  }
})

test('M_MISSING_TOKEN without a token, M_UNKNOWN_TOKEN with a wrong one', async () => {
  refused(await call('PUT', send, { headers: anonymous, body: '{}' }), 401, 'M_MISSING_TOKEN')
  refused(await call('PUT', send, { headers: { authorization: 'Basic Zm9v' }, body: '{}' }), 401, 'M_MISSING_TOKEN')
  const wrong = await call('PUT', send, { headers: { authorization: 'Bearer wrong' }, body: '{}' })
  refused(wrong, 401, 'M_UNKNOWN_TOKEN')
  assert.equal(wrong.json.soft_logout, false)
})

test('a token in the query counts where there is none in the header', async () => {
  const outgoing = {
    host: '127.0.0.1',
    port,
    method: 'PUT',
    path: `${send}?access_token=good`,
    headers: { host: 'alfa.example' },
  }
  const status = await new Promise((resolve, reject) => {
    httpRequest(outgoing, (incoming) => resolve(incoming.resume().statusCode))
      .on('error', reject)
      .end('{}')
  })
  assert.equal(status, 200)
})

test('logout is open to a locked account, sending is not', async () => {
  const headers = { authorization: 'Bearer locked' }
  assert.equal((await call('POST', '/_matrix/client/v3/logout', { headers })).status, 200)
  refused(await call('PUT', send, { headers, body: '{}' }), 401, 'M_UNKNOWN_TOKEN')
})

test('a body that is no JSON is M_NOT_JSON, also when it is empty where a member is needed', async () => {
  for (const body of ['', 'hej', '{"a":', '{"a":1}x']) refused(await call('PUT', send, { body }), 400, 'M_NOT_JSON')
})

test('a body that Matrix cannot take is M_BAD_JSON', async () => {
  for (const body of ['[]', '"x"', 'null', '{"a":1,"a":2}', '{"a":"\\ud800"}']) {
    refused(await call('PUT', send, { body }), 400, 'M_BAD_JSON')
  }
})

test('an empty body is an empty object where the specification asks for no member', async () => {
  const reply = await call('POST', '/_matrix/client/v3/join/%23kansli%3Aalfa.example?via=a.example&via=b.example')
  refused(reply, 403, 'M_FORBIDDEN')
  assert.equal(reply.json['se.samband.rule'], 'join/not-invited')
  assert.deepEqual(alfa.modules.seen.pop(), {
    roomIdOrAlias: '#kansli:alfa.example',
    query: { via: ['a.example', 'b.example'] },
    body: {},
  })
})

test('a missing member is M_MISSING_PARAM, one of the wrong type M_BAD_JSON', async () => {
  const path = '/_matrix/client/v3/login'
  refused(await call('POST', path, { body: '{}' }), 400, 'M_MISSING_PARAM')
  const wrong = await call('POST', path, { body: '{"type":1}' })
  refused(wrong, 400, 'M_BAD_JSON')
  assert.match(wrong.json.error, /"type" in the body must be string/)
})

test('a path or query that is not what it must be is M_INVALID_PARAM, a missing query M_MISSING_PARAM', async () => {
  const messages = `/_matrix/client/v3/rooms/${room}/messages`
  refused(await call('PUT', send.replace('!', 'x'), { body: '{}' }), 400, 'M_INVALID_PARAM')
  refused(await call('GET', `${messages}?dir=up`), 400, 'M_INVALID_PARAM')
  refused(await call('GET', `${messages}?dir=b&limit=ten`), 400, 'M_INVALID_PARAM')
  refused(await call('GET', `${messages}?dir=b&limit=-1`), 400, 'M_INVALID_PARAM')
  refused(await call('GET', `${messages}?dir=b&from=%ff`), 400, 'M_INVALID_PARAM')
  refused(await call('GET', messages), 400, 'M_MISSING_PARAM')
})

test('a query is read as text, numbers and choices; the first of a repeated member counts', async () => {
  await call('GET', `/_matrix/client/v3/rooms/${room}/messages?dir=b&dir=f&limit=7&from=a%20b+c&unknown&__proto__=x`)
  assert.deepEqual(alfa.modules.seen.pop(), { dir: 'b', limit: 7, from: 'a b c' })
})

test('a body over the limit is M_TOO_LARGE, declared or not', async () => {
  const body = `{"body":"${'x'.repeat(1024 * 1024)}"}`
  refused(await call('PUT', send, { body }), 413, 'M_TOO_LARGE')
  refused(await call('PUT', send, { body, headers: { 'transfer-encoding': 'chunked' } }), 413, 'M_TOO_LARGE')
})

test('a handler may answer with another status, with bytes that are JSON, and with a stream', async () => {
  const stage = await call('POST', '/_matrix/client/v3/login', { body: '{"type":"m.login.password"}' })
  assert.deepEqual([stage.status, stage.json], [401, { flows: [], session: 'abc' }])
  assert.deepEqual((await call('GET', '/_matrix/client/v3/sync')).json, { next_batch: 's2' })
  const content = await call('GET', '/_matrix/client/v1/media/download/alfa.example/abc')
  assert.deepEqual([content.text, content.headers['content-type']], ['one two', 'text/plain'])
  assert.equal(content.headers['cross-origin-resource-policy'], 'cross-origin')
})

test('a defect is 500 M_UNKNOWN with the number of the request, logged once, its inside not told', async () => {
  lines.length = 0
  const reply = await call('GET', '/_matrix/client/v3/capabilities')
  refused(reply, 500, 'M_UNKNOWN')
  assert.doesNotMatch(reply.text, /secret/)
  const logged = lines.filter((line) => line.includes('the secret inside'))
  assert.equal(logged.length, 1)
  const number = /number: (\S+)\./.exec(reply.json.error)?.[1]
  assert.equal(JSON.parse(logged[0] ?? '{}').request, number)
})

test('an answer that does not fit its definition is a defect when answers are checked', async () => {
  refused(await call('GET', '/_matrix/client/v1/media/config'), 500, 'M_UNKNOWN')
})

test('M_LIMIT_EXCEEDED tells how long to wait, in the body and in Retry-After', async () => {
  limited.set('message @anna:alfa.example', 1500)
  const reply = await call('PUT', send, { body: '{}' })
  limited.clear()
  refused(reply, 429, 'M_LIMIT_EXCEEDED')
  assert.deepEqual([reply.json.retry_after_ms, reply.headers['retry-after']], [1500, '2'])
})

test('an unknown path is 404, a known one with another method 405, both M_UNRECOGNIZED', async () => {
  refused(await call('GET', '/_matrix/client/v3/nothing'), 404, 'M_UNRECOGNIZED')
  const reply = await call('PATCH', send, { body: '{}' })
  refused(reply, 405, 'M_UNRECOGNIZED')
  assert.equal(reply.headers['allow'], 'PUT')
})

test('web pages of other origins may read every answer, errors too', async () => {
  const answers = [
    await call('GET', '/_matrix/client/versions'),
    await call('PUT', send, { headers: anonymous }),
    await call('GET', '/_matrix/client/v3/nothing'),
    await call('OPTIONS', send),
    await call('GET', '/_matrix/client/v3/%ff'),
  ]
  for (const { headers } of answers) {
    assert.equal(headers['access-control-allow-origin'], '*')
    assert.equal(headers['access-control-allow-methods'], 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS')
    assert.equal(headers['access-control-allow-headers'], 'X-Requested-With, Content-Type, Authorization')
  }
  assert.equal(answers[3]?.status, 204)
})

test('HEAD is answered like GET, without a body', async () => {
  const reply = await call('HEAD', '/_matrix/client/versions')
  assert.deepEqual([reply.status, reply.text], [200, ''])
})

test('a signed request is authenticated over its raw target and its body', async () => {
  const headers = { authorization: 'X-Matrix good' }
  const body = '{"origin":"gamma.example","origin_server_ts":1,"pdus":[{"depth":12345678901234567890}]}'
  const path = '/_matrix/federation/v1/send/1%2F2?x=%41'
  assert.deepEqual((await call('PUT', path, { headers, body })).json, { pdus: {} })
  const seen = alfa.modules.seen.pop() as { origin: string; body: { pdus: { depth: unknown }[] } }
  assert.equal(seen.origin, 'gamma.example')
  // A double would have changed it, and with it the hash that old room versions compute.
  assert.notEqual(typeof seen.body.pdus[0]?.depth, 'number')
  const { uri, method } = signed.pop() as SignedRequest
  assert.deepEqual([method, uri], ['PUT', path])
})

test('fractions, which canonical JSON does not have, may be signed as other servers write them or as they were sent', async () => {
  const sent = (numbers: string) => `{"origin":"gamma.example","origin_server_ts":1,"pdus":[{"n":[${numbers}]}]}`
  const body = sent('0.00001,1e3,1.50,-0.0')
  const ask = (signed: string) =>
    call('PUT', '/_matrix/federation/v1/send/3', { headers: { authorization: `X-Matrix over ${signed}` }, body })
  for (const signed of [body, sent('1e-05,1000.0,1.5,-0.0')]) assert.deepEqual((await ask(signed)).json, { pdus: {} })
  refused(await ask(sent('0.00002,1e3,1.50,-0.0')), 401, 'M_UNAUTHORIZED')
})

test('a request that is not signed is M_UNAUTHORIZED, before anything is said of its body', async () => {
  refused(await call('PUT', '/_matrix/federation/v1/send/1', { body: '{}' }), 401, 'M_UNAUTHORIZED')
  const reply = await call('GET', `/_matrix/federation/v1/event/${eventId}`, {
    headers: { authorization: 'X-Matrix good' },
  })
  assert.equal(reply.status, 200)
  assert.equal(reply.headers['access-control-allow-origin'], undefined)
})
