import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainAddress, TrustedProxies } from './client-address.ts'
import type { Route } from './http.ts'
import { aServer } from './testing-server.ts'

const who: Route = {
  method: 'GET',
  pattern: '/',
  handle: ({ remoteAddress, secure }, reply) => reply.json(200, JSON.stringify({ remoteAddress, secure })),
}

test('the right-most address that is no trusted proxy is the client; what stands left of it is not believed', () => {
  const proxies = new TrustedProxies(['10.0.0.0/8', '::1', '2001:db8::/32'])
  const cases: [peer: string, forwarded: string | undefined, client: string][] = [
    ['10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['10.0.0.1', '203.0.113.9, 192.0.2.1', '192.0.2.1'],
    ['10.0.0.1', '203.0.113.9, 192.0.2.1, 10.1.1.1', '192.0.2.1'],
    ['10.0.0.1', '10.2.2.2,10.1.1.1', '10.2.2.2'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '192.0.2.1, unknown', '10.0.0.1'],
    ['10.0.0.1', 'unknown, 192.0.2.1', '192.0.2.1'],
    ['192.0.2.7', '203.0.113.9', '192.0.2.7'],
    ['::1', '[2001:db8::5]:443, 2001:db8::1', '2001:db8::5'],
    ['::1', '192.0.2.1:1234', '192.0.2.1'],
    ['::1', '::ffff:192.0.2.1', '192.0.2.1'],
  ]
  for (const [peer, forwarded, client] of cases) assert.equal(proxies.clientOf(peer, forwarded), client, `${forwarded}`)
})

test('without named proxies nobody is believed', () => {
  assert.equal(new TrustedProxies([]).clientOf('127.0.0.1', '192.0.2.1'), '127.0.0.1')
})

test('what is no address or range is refused when the list is made', () => {
  for (const bad of ['example.org', '10.0.0.0/33', '10.0.0.0/x', '::/129', '']) {
    assert.throws(() => new TrustedProxies([bad]), RangeError, bad)
  }
})

test('IPv4 addresses of a dual-stack socket are IPv4', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('::1'), '::1')
})

test('the protocol and address that a proxy tells count only from a trusted one', async (t) => {
  const headers = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }
  const open = await aServer(t, [who])
  assert.deepEqual(JSON.parse((await open.get('/', headers)).body), { remoteAddress: '127.0.0.1', secure: false })
  const behind = await aServer(t, [who], { listener: { trustedProxies: ['127.0.0.1'] } })
  assert.deepEqual(JSON.parse((await behind.get('/', headers)).body), { remoteAddress: '192.0.2.1', secure: true })
})
