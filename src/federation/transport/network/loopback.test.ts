import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakeClock } from '#platform/clock/clock.ts'
import { parseServerName, type ServerName } from '#protocol/identifiers/identifiers.ts'
import { type Dispatch, type DispatchedRequest, Loopback, loopbackNetwork, oneBody } from './loopback.ts'
import { type Network, NetworkError, type WireRequest } from './network.ts'
import { readBounded } from './read-bounded.ts'
import { UnreliableNetwork } from './unreliable-network.ts'

const named = (text: string): ServerName => parseServerName(text) ?? assert.fail(text)
const [alfa, beta] = [named('alfa.se'), named('beta.se')]
const live = () => new AbortController().signal

const request = (to: ServerName): WireRequest => ({
  from: alfa,
  to,
  method: 'PUT',
  target: '/_matrix/federation/v1/send/1?x=%2F',
  headers: { authorization: 'X-Matrix …' },
  body: Buffer.from('{"a":1}'),
})

const textOf = async (body: AsyncIterable<Uint8Array>) => Buffer.from((await readBounded(body, 1000)) ?? []).toString()

test('a tenant of the same process gets method, raw target, headers and bytes, with its name as host', async () => {
  const got: DispatchedRequest[] = []
  const loopback = new Loopback()
  loopback.register(beta, async (dispatched) => {
    got.push(dispatched)
    return { status: 200, headers: { 'content-type': 'application/json' }, body: oneBody(Buffer.from('{}')) }
  })
  const answer = await loopbackNetwork(loopback).exchange(request(beta), live())
  assert.deepEqual([answer.status, await textOf(answer.body)], [200, '{}'])
  const [dispatched] = got
  assert.equal(dispatched?.target, '/_matrix/federation/v1/send/1?x=%2F')
  assert.deepEqual(dispatched?.headers, { authorization: 'X-Matrix …', host: 'beta.se' })
  assert.equal(Buffer.from(dispatched?.body ?? []).toString(), '{"a":1}')
})

test('other names go elsewhere, or nowhere', async () => {
  const elsewhere: Network = {
    exchange: () => Promise.resolve({ status: 418, headers: {}, body: oneBody(Buffer.alloc(0)) }),
  }
  const loopback = new Loopback()
  assert.equal((await loopbackNetwork(loopback, elsewhere).exchange(request(beta), live())).status, 418)
  await assert.rejects(loopbackNetwork(loopback).exchange(request(beta), live()), NetworkError)
})

test('a name belongs to one tenant at a time', () => {
  const loopback = new Loopback()
  const dispatch: Dispatch = () => Promise.reject(new Error('unused'))
  const leave = loopback.register(beta, dispatch)
  assert.throws(() => loopback.register(beta, dispatch))
  leave()
  assert.equal(loopback.has(beta), false)
  loopback.register(beta, dispatch)
})

test('a neighbour that hangs, before its answer or in the middle of it, holds nobody beyond the signal', async () => {
  const loopback = new Loopback()
  const never = new Promise<never>(() => undefined)
  loopback.register(beta, () => never)
  const controller = new AbortController()
  const waiting = loopbackNetwork(loopback).exchange(request(beta), controller.signal)
  controller.abort(new Error('enough'))
  await assert.rejects(waiting, /enough/)

  const other = new Loopback()
  const endless = async function* () {
    yield Buffer.from('begin')
    await never
  }
  other.register(beta, async () => ({ status: 200, headers: {}, body: endless() }))
  const second = new AbortController()
  const answer = await loopbackNetwork(other).exchange(request(beta), second.signal)
  const read = textOf(answer.body)
  setImmediate(() => second.abort(new Error('enough')))
  await assert.rejects(read, /enough/)
})

test('a neighbour that breaks is a broken connection, not our defect', async () => {
  const loopback = new Loopback()
  loopback.register(beta, () => Promise.reject(new TypeError('defect')))
  await assert.rejects(loopbackNetwork(loopback).exchange(request(beta), live()), NetworkError)
})

function unreliable() {
  const delivered: string[] = []
  const loopback = new Loopback()
  loopback.register(beta, async ({ target }) => {
    delivered.push(target)
    return { status: 200, headers: {}, body: oneBody(Buffer.from('{}')) }
  })
  const clock = new FakeClock()
  return { delivered, clock, network: new UnreliableNetwork(loopbackNetwork(loopback), clock) }
}

test('the test network cuts and heals, refusing or silent', async () => {
  const { network, delivered } = unreliable()
  network.cut(alfa, beta)
  await assert.rejects(network.exchange(request(beta), live()), NetworkError)
  network.cut(beta, alfa, 'silent')
  const controller = new AbortController()
  const silent = network.exchange(request(beta), controller.signal)
  controller.abort(new Error('time is up'))
  await assert.rejects(silent, /time is up/)
  network.heal(alfa, beta)
  await network.exchange(request(beta), live())
  assert.deepEqual([delivered.length, network.requests.length], [1, 3])
})

test('the test network loses requests, loses answers, delivers twice, and delays by the clock', async () => {
  const { network, delivered, clock } = unreliable()
  for (const mishap of ['lose-request', 'lose-answer', 'duplicate'] as const) network.next(alfa, beta, mishap)
  await assert.rejects(network.exchange(request(beta), live()), NetworkError)
  assert.equal(delivered.length, 0)
  await assert.rejects(network.exchange(request(beta), live()), NetworkError)
  assert.equal(delivered.length, 1)
  await network.exchange(request(beta), live())
  assert.equal(delivered.length, 3)
  network.delay(alfa, beta, 5000)
  const slow = network.exchange(request(beta), live())
  await clock.advance(4999)
  assert.equal(delivered.length, 3)
  await clock.advance(1)
  await slow
  assert.equal(delivered.length, 4)
})
