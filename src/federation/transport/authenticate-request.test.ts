import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { MatrixError } from '#protocol/errors/errors.ts'
import type { Json } from '#protocol/json/json.ts'
import { signRequest } from '#protocol/request-authentication/request-authentication.ts'
import { buildServerKeys } from '#protocol/server-keys/server-keys.ts'
import type { InboundRequest } from './federation-transport.ts'
import { named, Peers, peersDatabase, signingKey } from './peers-for-tests.ts'

const database = await peersDatabase({ after })

let number = 0
function servers(keys = [signingKey(1)] as [ReturnType<typeof signingKey>, ...ReturnType<typeof signingKey>[]]) {
  number += 1
  const peers = new Peers(database)
  const us = peers.add(`us${number}.se`)
  const them = peers.add(`them${number}.se`, { signingKeys: { current: keys, old: [] } })
  const signed = (content: Json | undefined, { key = keys[0], destination = us.name, origin = them.name } = {}) =>
    signRequest({ method: 'PUT', uri: '/_matrix/federation/v1/send/1?a=%2F', origin, destination, content }, key)
  const request = (change: Partial<InboundRequest> = {}): InboundRequest => ({
    method: 'PUT',
    target: '/_matrix/federation/v1/send/1?a=%2F',
    authorization: [signed({ a: 1 })],
    body: { a: 1 },
    ...change,
  })
  return { peers, us, them, signed, request, clock: peers.clock }
}

const refused = (error: unknown) =>
  error instanceof MatrixError && error.status === 401 && error.errcode === 'M_UNAUTHORIZED'

test('a request that its origin signed for us is authenticated, with and without a body', async () => {
  const { us, them, request, signed } = servers()
  assert.equal(await us.transport.authenticateRequest(request()), them.name)
  assert.equal(
    await us.transport.authenticateRequest(request({ body: undefined, authorization: [signed(undefined)] })),
    them.name,
  )
})

test('a change of method, target or body, and a body added or taken away, is noticed', async () => {
  const { us, request } = servers()
  const changes: Partial<InboundRequest>[] = [
    { method: 'POST' },
    { target: '/_matrix/federation/v1/send/1?a=/' },
    { target: '/_matrix/federation/v1/send/2?a=%2F' },
    { body: { a: 2 } },
    { body: undefined },
    { body: {} },
  ]
  for (const change of changes)
    await assert.rejects(us.transport.authenticateRequest(request(change)), refused, JSON.stringify(change))
})

test('a request for another server is refused, also when the header leaves the destination out', async () => {
  const { us, them, request, signed } = servers()
  const elsewhere = signed({ a: 1 }, { destination: named('other.se') })
  await assert.rejects(us.transport.authenticateRequest(request({ authorization: [elsewhere] })), refused)
  const hidden = elsewhere.replace('destination="other.se",', '')
  await assert.rejects(us.transport.authenticateRequest(request({ authorization: [hidden] })), refused)
  const unnamed = signed({ a: 1 }).replace(`destination="${us.name}",`, '')
  assert.equal(await us.transport.authenticateRequest(request({ authorization: [unnamed] })), them.name)
})

test('without a header, with a broken one, or another scheme, the request is refused', async () => {
  const { us, request } = servers()
  for (const authorization of [[], ['Bearer x'], ['X-Matrix'], ['X-Matrix origin="a.se"'], ['']]) {
    await assert.rejects(us.transport.authenticateRequest(request({ authorization })), refused)
  }
})

test('of several keys one that we can check is enough; headers of two servers are refused', async () => {
  const keys = [signingKey(10, 'one'), signingKey(11, 'two')] as const
  const { peers, us, them, request, signed } = servers([keys[0]])
  const both = [signed({ a: 1 }, { key: keys[1] }), signed({ a: 1 })]
  assert.equal(await us.transport.authenticateRequest(request({ authorization: both })), them.name)
  const other = peers.add(`other${number}.se`)
  const mixed = [signed({ a: 1 }), signed({ a: 1 }, { origin: other.name, key: other.signingKeys.current[0] })]
  await assert.rejects(us.transport.authenticateRequest(request({ authorization: mixed })), refused)
})

test('nobody can speak in our own name', async () => {
  const { us, request, signed } = servers()
  const own = signed({ a: 1 }, { origin: us.name, key: us.signingKeys.current[0] })
  await assert.rejects(us.transport.authenticateRequest(request({ authorization: [own] })), refused)
})

test('a key that was retired, or is out of date, signs no request', async () => {
  const old = signingKey(20, 'old')
  const { us, them, request, signed, clock } = servers()
  const keys = them.signingKeys.current
  const retired = { keyId: old.keyId, publicKey: old.publicKey, expiredTs: clock.now() + 1000 }
  const answer = buildServerKeys({ serverName: them.name, keys, oldKeys: [retired], validUntil: clock.now() + 1000 })
  them.transport.ownKeys = () => answer
  await assert.rejects(
    us.transport.authenticateRequest(request({ authorization: [signed({ a: 1 }, { key: old })] })),
    refused,
  )
  await us.transport.authenticateRequest(request())
  clock.advanceNow(2000)
  await assert.rejects(us.transport.authenticateRequest(request()), refused)
})

test('an unknown key is fetched once; when it cannot be had the request is refused', async () => {
  const { us, them, request, signed } = servers()
  await us.transport.authenticateRequest(request())
  await us.transport.authenticateRequest(request())
  assert.equal(them.received.length, 1)
  const stranger = signed({ a: 1 }, { key: signingKey(33, 'x') })
  await assert.rejects(us.transport.authenticateRequest(request({ authorization: [stranger] })), refused)
})

test('numbers of old rooms are signed as they were sent', async () => {
  const { us, them, request, signed } = servers()
  const body = { depth: 1.5 }
  assert.equal(await us.transport.authenticateRequest(request({ body, authorization: [signed(body)] })), them.name)
})
