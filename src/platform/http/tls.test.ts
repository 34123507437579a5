import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { createAuthority, issueCertificate } from '#platform/certificates/certificates.ts'
import { systemRandom } from '#platform/random/random.ts'
import type { Route } from './http.ts'
import { aServer, until } from './testing-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'samband-tls-'))
after(() => rmSync(folder, { recursive: true }))

const random = systemRandom()
const validity = { from: Date.now() - 86_400_000, until: Date.now() + 86_400_000 }
const authority = createAuthority({ name: 'Test', validity, random })
const issue = (...names: string[]) => issueCertificate({ names, authority, validity, random })

/** Writes a pair, and says where. */
function onDisk(name: string, pair: { certificate: string; key: string }) {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  writeFileSync(files.certificate, pair.certificate)
  writeFileSync(files.key, pair.key)
  return files
}

const peer: Route = {
  method: 'GET',
  pattern: '/',
  handle: ({ secure, peerCertificate }, reply) => {
    const names = peerCertificate ? new X509Certificate(peerCertificate).subjectAltName : null
    reply.json(200, JSON.stringify({ secure, names }))
  },
}

/** The names in the certificate that the server shows for a server name. */
async function shown(port: number, servername: string): Promise<string | undefined> {
  const socket: TLSSocket = connect({
    port,
    host: '127.0.0.1',
    servername,
    ca: authority.certificate,
    checkServerIdentity: () => undefined,
  })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  const names = socket.getPeerX509Certificate()?.subjectAltName
  socket.destroy()
  return names
}

test('a client gets the certificate that has the name it asks for, wildcards too, else the first', async (t) => {
  const certificates = [onDisk('a', issue('alfa.localhost')), onDisk('b', issue('beta.localhost', '*.beta.localhost'))]
  const { port } = await aServer(t, [peer], { listener: { tls: { certificates } } })
  assert.equal(await shown(port, 'alfa.localhost'), 'DNS:alfa.localhost')
  assert.match((await shown(port, 'BETA.localhost')) ?? '', /^DNS:beta/)
  assert.match((await shown(port, 'x.beta.localhost')) ?? '', /^DNS:beta/)
  assert.equal(await shown(port, 'x.y.beta.localhost'), 'DNS:alfa.localhost')
  assert.equal(await shown(port, 'other.example'), 'DNS:alfa.localhost')
})

test('a renewed certificate is used without a restart; a broken one is logged and the old one stays', async (t) => {
  const files = onDisk('renewed', issue('first.localhost'))
  const server = await aServer(t, [peer], { listener: { tls: { certificates: [files] } } })
  assert.equal(await shown(server.port, 'x'), 'DNS:first.localhost')
  onDisk('renewed', issue('second.localhost', 'more.localhost'))
  await server.clock.advance(10_000)
  await until(() => server.lines.some(({ message }) => message === 'certificate read again'))
  assert.match((await shown(server.port, 'x')) ?? '', /^DNS:second/)
  writeFileSync(files.certificate, 'not a certificate')
  await until(() => server.clock.pending > 1)
  await server.clock.advance(10_000)
  await until(() => server.lines.some(({ level }) => level === 'error'))
  assert.match((await shown(server.port, 'x')) ?? '', /^DNS:second/)
})

test('TLS 1.1 is refused', async (t) => {
  const { port } = await aServer(t, [peer], { listener: { tls: { certificates: [onDisk('old', issue('a'))] } } })
  const socket = connect({
    port,
    host: '127.0.0.1',
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
    rejectUnauthorized: false,
  })
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
  assert.match(error.message, /version|alert|protocol/i)
})

test('a client certificate is handed to the routes when it is asked for, whoever signed it; none is no error', async (t) => {
  const certificates = [onDisk('mutual', issue('alfa.localhost'))]
  const { port } = await aServer(t, [peer], { listener: { tls: { certificates, requestClientCertificate: true } } })
  const client = issue('beta.localhost')
  const withIt = await getOverTls(port, { cert: client.certificate, key: client.key })
  assert.deepEqual(withIt, { secure: true, names: 'DNS:beta.localhost' })
  assert.deepEqual(await getOverTls(port, {}), { secure: true, names: null })
})

test('files that are missing or do not belong together are refused at the start, by name', async (t) => {
  const one = onDisk('one', issue('a'))
  const two = onDisk('two', issue('b'))
  const start = (certificates: { certificate: string; key: string }[]) =>
    aServer(t, [], { listener: { tls: { certificates } } })
  await assert.rejects(start([{ ...one, key: two.key }]), /one\.crt and .*two\.key are not/)
  await assert.rejects(start([{ ...one, key: join(folder, 'none') }]), /none cannot be read/)
  await assert.rejects(start([]), /at least one/)
})

function getOverTls(port: number, client: { cert?: string; key?: string }): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      host: '127.0.0.1',
      servername: 'alfa.localhost',
      ca: authority.certificate,
      agent: false,
      ...client,
    }
    request(options, (answer) => {
      answer.on('data', (chunk) => resolve(JSON.parse(String(chunk))))
    })
      .on('error', reject)
      .end()
  })
}
