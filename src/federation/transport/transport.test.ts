import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { systemClock } from '#platform/clock/clock.ts'
import { logTo } from '#platform/log/log.ts'
import { seededRandom } from '#platform/random/random.ts'
import { MatrixError } from '#protocol/errors/errors.ts'
import { parseJson } from '#protocol/json/json.ts'
import { ZoneDns } from './discovery/dns-for-tests.ts'
import { httpsServer, testAuthority } from './network/server-for-tests.ts'
import { crypto, named, peersDatabase, signingKey } from './peers-for-tests.ts'
import { createFederationTransport, type FederationTransport, openProcessNetwork } from './transport.ts'

const databases = [await peersDatabase({ after }), await peersDatabase({ after })] as const
const authority = testAuthority()

/** One server as it stands in the world: certificate, port, keys over HTTPS, requests authenticated from the raw request line. */
async function server(t: TestContext, host: string, index: 0 | 1, dns: ZoneDns) {
  const bytes: Buffer[] = []
  let transport: FederationTransport | undefined
  const listening = await httpsServer(t, authority.issue([host]), async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    bytes.push(...chunks)
    const { method = '', url: target = '', headers } = request
    const reply = (status: number, json: unknown) => response.writeHead(status).end(JSON.stringify(json))
    if (transport === undefined) return reply(503, {})
    if (target === '/_matrix/key/v2/server') return reply(200, transport.ownKeys())
    const body = chunks.length === 0 ? undefined : parseJson(Buffer.concat(chunks), { numbers: 'faithful' }).ok
    const authorization = headers.authorization === undefined ? [] : [headers.authorization]
    try {
      const origin = await transport.authenticateRequest({ method, target, authorization, body })
      return reply(200, { pdus: {}, origin })
    } catch (error) {
      if (error instanceof MatrixError) return reply(error.status, error)
      throw error
    }
  })
  const clock = systemClock()
  const addresses = { allowPrivate: true }
  const opened = openProcessNetwork({
    clock,
    random: seededRandom(1),
    dns,
    options: { addresses, authorities: [authority.certificate] },
  })
  const serverName = named(`${host}:${listening.port}`)
  transport = createFederationTransport({
    serverName,
    signingKeys: { current: [signingKey(index + 1)], old: [] },
    database: databases[index],
    clock,
    random: seededRandom(1),
    log: logTo({ write: () => undefined }),
    crypto,
    network: opened.network,
    fetch: opened.fetch,
  })
  t.after(async () => {
    await transport?.close()
    await opened.close()
  })
  return { serverName, transport, bytes, listening }
}

test('two servers over TLS: a transaction is signed, sent, authenticated with keys fetched back, and answered', async (t) => {
  const dns = new ZoneDns({ addresses: { 'alfa.se': ['127.0.0.1'], 'beta.se': ['127.0.0.1'] } })
  const alfa = await server(t, 'alfa.se', 0, dns)
  const beta = await server(t, 'beta.se', 1, dns)
  const pdus = ['{"body":"smörgås\\u0007","n":1}']
  const transaction = { txnId: 'ö/1?', pdus, edus: [] }
  for (let count = 0; count < 3; count += 1) {
    assert.deepEqual(await alfa.transport.sendTransaction(beta.serverName, transaction), {
      ok: true,
      value: { refused: [] },
    })
  }
  assert.ok(Buffer.concat(beta.bytes).includes(pdus[0] ?? assert.fail()))
  // The receiver asked the sender for its keys, once, over a connection of its own.
  assert.equal(alfa.listening.connections, 1)
  assert.deepEqual(beta.listening.serverNames.slice(0, 1), ['beta.se'])
})

test('a server whose name is another than the one that was called refuses', async (t) => {
  const dns = new ZoneDns({
    addresses: { 'alfa.se': ['127.0.0.1'], 'beta.se': ['127.0.0.1'], 'alias.se': ['127.0.0.1'] },
  })
  const alfa = await server(t, 'alfa.se', 0, dns)
  const beta = await server(t, 'alias.se', 1, dns)
  // Found and certified under the name, but it knows itself by another.
  const wrong = named(beta.serverName.replace('alias.se', 'ALIAS.se'))
  dns.zone = { addresses: { ...dns.zone.addresses, 'ALIAS.se': ['127.0.0.1'] } }
  const outcome = await alfa.transport.sendTransaction(wrong, { txnId: '1', pdus: [], edus: [] })
  assert.ok(!outcome.ok && outcome.failure.kind === 'refused')
  assert.deepEqual([outcome.failure.status, outcome.failure.errcode], [401, 'M_UNAUTHORIZED'])
})
