// Clients that are slow, silent or too large: each is answered or cut off in bounded time, and others are served meanwhile.
// spec: RFC 9110 §15.5 (status codes); client-server-api #common-error-codes

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { allOf, open, raw } from '#platform/http/testing-server.ts'
import { scopeOfFile } from '#rooms/rooms-for-tests.ts'
import { type Person, type ServerUnderTest, startServer } from './server-under-test.ts'

const scope = scopeOfFile()
let server: ServerUnderTest
let anna: Person
before(async () => {
  server = await startServer(scope, {
    SAMBAND_CONNECTIONS__HEAD_WITHIN: '1s',
    SAMBAND_CONNECTIONS__BODY_STALL: '1s',
    SAMBAND_CONNECTIONS__ANSWER_STALL: '1s',
  })
  anna = await server.createUser('anna')
})
after(() => assert.deepEqual(server.defects, []))

const login = '/_matrix/client/v3/login'
const head = (method: string, target: string, ...headers: string[]) =>
  [`${method} ${target} HTTP/1.1`, 'host: alfa.localhost', ...headers, '', ''].join('\r\n')
const authorization = () => `authorization: Bearer ${anna.token}`

/** Milliseconds after which we no longer believe that a client with a bound of one second is let go, however crowded the machine is. */
const PATIENCE = 60_000

/** What is said up to the end of the first answer: a refused body may still be let in for a while before the connection ends. */
async function firstAnswer(socket: Socket): Promise<string> {
  let said = ''
  for await (const piece of socket.setEncoding('latin1')) {
    said += piece
    if (said.endsWith('}')) break
  }
  return said
}

/** Writes a byte now and then until the server ends the connection. @returns what it said. */
async function drip(start: string, byte: string): Promise<string> {
  const socket = await open(server.port, start)
  const timer = setInterval(() => socket.write(byte), 100)
  const said = await allOf(socket)
  clearInterval(timer)
  return said
}

async function othersAreServed(): Promise<void> {
  assert.equal((await server.ask('GET', '/_matrix/client/v3/account/whoami', { token: anna.token })).status, 200)
}

/** Requests under way, as operators see them. */
async function openRequests(): Promise<number> {
  const { text } = await server.process.shared.metrics.exposition()
  return Number(/^samband_http_requests_open\{[^}]*\} (\d+)$/m.exec(text)?.[1])
}

async function untilNoneIsOpen(): Promise<void> {
  const end = Date.now() + PATIENCE
  while ((await openRequests()) > 0) {
    if (Date.now() > end) assert.fail('a request is held open')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('a head that drips is 408, and the connection is closed', async () => {
  const dripping = drip(`GET ${login} HTTP/1.1\r\nhost: alfa.localhost\r\nx-slow: `, 'a')
  await othersAreServed()
  assert.match(await dripping, /^HTTP\/1\.1 408 /)
})

test('a connection on which nothing is said is closed', async () => {
  assert.match(await drip('', ''), /^(HTTP\/1\.1 408 |$)/)
})

test('a body that drips is 408, nothing is done, and the connection is closed', async () => {
  await server.storesNothing(async () => {
    const start = head('POST', '/_matrix/client/v3/createRoom', authorization(), 'content-length: 100000')
    const dripping = drip(`${start}{`, ' ')
    await othersAreServed()
    assert.match(await dripping, /^HTTP\/1\.1 408 [\s\S]*"errcode":"M_UNKNOWN"/)
  })
  await untilNoneIsOpen()
})

test('many slow clients at once are each let go, and others are served', async () => {
  const sockets = await Promise.all(
    Array.from({ length: 200 }, () => open(server.port, `${head('POST', login, 'content-length: 1000')}{`)),
  )
  await othersAreServed()
  const said = await Promise.all(sockets.map(firstAnswer))
  for (const each of said) assert.match(each, /^HTTP\/1\.1 408 /)
  await untilNoneIsOpen()
})

test('others are served while many slow clients hold their requests open', async (t) => {
  const patient = await startServer(t, { SAMBAND_CONNECTIONS__BODY_STALL: '1h' })
  const sockets = await Promise.all(
    Array.from({ length: 200 }, () => open(patient.port, `${head('POST', login, 'content-length: 1000')}{`)),
  )
  assert.equal((await patient.ask('GET', '/_matrix/client/versions')).status, 200)
  for (const socket of sockets) {
    assert.equal(socket.bytesRead, 0)
    socket.destroy()
  }
})

test('a client that asks for a large file and does not read it is cut off', async () => {
  const bytes = new Uint8Array(20 * 1024 * 1024)
  const headers = { 'content-type': 'application/octet-stream' }
  const up = await server.ask('POST', '/_matrix/media/v3/upload', { token: anna.token, body: bytes, headers })
  assert.equal(up.status, 200, JSON.stringify(up.body))
  const [, mediaId] = /\/([^/]+)$/.exec(String(up.body?.['content_uri'])) ?? []
  const target = `/_matrix/client/v1/media/download/alfa.localhost/${mediaId}`
  const socket = await open(server.port, head('GET', target, authorization()))
  socket.pause()
  while ((await openRequests()) === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await othersAreServed()
  await untilNoneIsOpen()
  // What was on its way may still be read: it is not the whole file.
  const rest = allOf(socket)
  socket.resume()
  assert.ok((await rest).length < bytes.length)
})

test('100 MB that are declared are refused before they come', async () => {
  const targets = [
    ['POST', login],
    ['POST', '/_matrix/client/v3/createRoom'],
    ['PUT', '/_matrix/client/v3/rooms/!a:alfa.localhost/send/m.room.message/x'],
    ['PUT', '/_matrix/federation/v1/send/1'],
  ] as const
  for (const [method, target] of targets) {
    const socket = await open(server.port, head(method, target, authorization(), 'content-length: 100000000'))
    assert.match(await firstAnswer(socket), /^HTTP\/1\.1 413 [\s\S]*"errcode":"M_TOO_LARGE"/, target)
  }
  await untilNoneIsOpen()
})

test('a body in pieces that never ends is refused when it is too large', async () => {
  const socket = await open(server.port, head('POST', login, 'transfer-encoding: chunked'))
  const answer = firstAnswer(socket)
  const piece = `${(64 * 1024).toString(16)}\r\n${' '.repeat(64 * 1024)}\r\n`
  for (let sent = 0; sent < 24 && !socket.destroyed; sent++) socket.write(piece)
  assert.match(await answer, /^HTTP\/1\.1 413 [\s\S]*"errcode":"M_TOO_LARGE"/)
})

test('a head that is too large is 431', async () => {
  const many = Array.from({ length: 1_000 }, (_, index) => `x-${index}: ${'a'.repeat(50)}`)
  for (const text of [
    head('GET', login, `x-large: ${'a'.repeat(40_000)}`),
    head('GET', login, ...many),
    head('GET', `${login}?${'a'.repeat(40_000)}`),
  ]) {
    assert.match(await raw(server.port, text), /^HTTP\/1\.1 431 /)
  }
})

test('requests that two readers would understand differently are refused', async () => {
  const smuggled = [
    `${head('POST', login, 'content-length: 2', 'content-length: 3')}{}x`,
    `${head('POST', login, 'content-length: 2', 'transfer-encoding: chunked')}0\r\n\r\n`,
    `GET ${login} HTTP/1.1\r\nhost: alfa.localhost\r\nx:\u0000\r\n\r\n`,
    `GET ${login} HTTP/1.1\nhost : alfa.localhost\n\n`,
    `\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc`,
  ]
  for (const text of smuggled) assert.match(await raw(server.port, text), /^HTTP\/1\.1 400 /, JSON.stringify(text))
  // Here a handler is already waiting for the body: there is no answer but the end of the connection.
  const broken = `${head('POST', login, 'transfer-encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`
  assert.equal(await raw(server.port, broken), '')
  await untilNoneIsOpen()
})
