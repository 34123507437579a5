import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import fc from 'fast-check'
import { seededRandom, systemRandom } from '#platform/random/random.ts'
import { addressBytes } from './address-bytes.ts'
import { type CertificateAndKey, createAuthority, issueCertificate } from './certificates.ts'
import { elementsOf, oid, unsigned } from './der.ts'

const DAY = 86_400_000
const validity = { from: Date.now() - DAY, until: Date.now() + 30 * DAY }
const random = systemRandom()
const authority = createAuthority({ name: 'Samband test authority – åäö', validity, random })

test('an authority signs its own certificate and says that it is one', () => {
  const certificate = new X509Certificate(authority.certificate)
  assert.equal(certificate.ca, true)
  assert.equal(certificate.verify(certificate.publicKey), true)
  assert.equal(certificate.checkPrivateKey(createPrivateKey(authority.key)), true)
  assert.equal(certificate.subject, 'CN=Samband test authority – åäö')
})

test('a server certificate has its names, its times, a serial number of its own, and is signed by the authority', () => {
  const names = ['alfa.localhost', '*.beta.example', '127.0.0.1', '2001:db8::1']
  const issued = issueCertificate({ names, authority, validity, random })
  const certificate = new X509Certificate(issued.certificate)
  const issuer = new X509Certificate(authority.certificate)
  assert.equal(certificate.ca, false)
  assert.equal(certificate.checkIssued(issuer), true)
  assert.equal(certificate.verify(issuer.publicKey), true)
  assert.equal(certificate.checkPrivateKey(createPrivateKey(issued.key)), true)
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.ok(certificate.checkHost('alfa.localhost'))
  assert.ok(certificate.checkHost('x.beta.example'))
  assert.equal(certificate.checkHost('gamma.localhost'), undefined)
  assert.ok(certificate.checkIP('127.0.0.1'))
  assert.ok(certificate.checkIP('2001:db8::1'))
  assert.equal(certificate.validToDate.getTime(), Math.floor(validity.until / 1000) * 1000)
  const other = issueCertificate({ names, authority, validity, random })
  assert.notEqual(new X509Certificate(other.certificate).serialNumber, certificate.serialNumber)
})

test('OpenSSL accepts the chain in a TLS 1.3 handshake, with the authority as the only trusted one', async () => {
  const issued = issueCertificate({ names: ['hs1'], authority, validity, random })
  assert.equal(await handshake(issued, authority, 'hs1'), 'authorized')
  assert.equal(await handshake(issued, authority, 'hs2'), 'ERR_TLS_CERT_ALTNAME_INVALID')
  const stranger = createAuthority({ name: 'Somebody else', validity, random })
  assert.notEqual(await handshake(issued, stranger, 'hs1'), 'authorized')
})

test('authorities with RSA, P-384 and Ed25519 keys can sign', () => {
  const keys = [
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('ed25519'),
  ]
  for (const { privateKey, publicKey } of keys) {
    // The name comes from the certificate, the signature from the key: that is all that is used of an authority.
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const issued = issueCertificate({
      names: ['x'],
      authority: { certificate: authority.certificate, key },
      validity,
      random,
    })
    assert.equal(new X509Certificate(issued.certificate).verify(publicKey), true)
  }
})

test('dates from 2050 on have four-digit years', () => {
  const until = Date.UTC(2060, 5, 1)
  const far = createAuthority({ name: 'x', validity: { from: 0, until }, random })
  assert.equal(new X509Certificate(far.certificate).validToDate.getTime(), until)
})

test('a certificate without names is refused', () => {
  assert.throws(() => issueCertificate({ names: [], authority, validity, random }), /at least one name/)
})

test('any list of names ends up in the certificate as it was given', () => {
  const name = fc.oneof(
    fc.domain().filter((domain) => domain.length < 60),
    fc.ipV4(),
  )
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 20 }), (names) => {
      const issued = issueCertificate({ names, authority, validity, random: seededRandom(1) })
      const written = new X509Certificate(issued.certificate).subjectAltName?.replace(/DNS:|IP Address:/g, '')
      assert.equal(written, names.join(', '))
    }),
    { numRuns: 20 },
  )
})

test('DER: lengths, object identifiers and integers follow X.690; what ends too early is refused', () => {
  assert.equal(Buffer.from(oid('1.2.840.113549.1.1.11')).toString('hex'), '06092a864886f70d01010b')
  assert.equal(Buffer.from(unsigned(Buffer.from([0, 0, 0x80]))).toString('hex'), '02020080')
  assert.equal(Buffer.from(unsigned(Buffer.from([0]))).toString('hex'), '020100')
  for (const bad of ['30', '3005', '30800000', '308500000000', '3002aa']) {
    assert.throws(() => elementsOf(Buffer.from(bad, 'hex')), RangeError, bad)
  }
})

test('IPv6 addresses in every spelling become sixteen bytes', () => {
  const hex = (address: string) => Buffer.from(addressBytes(address)).toString('hex')
  assert.equal(hex('::'), '0'.repeat(32))
  assert.equal(hex('::1'), `${'0'.repeat(31)}1`)
  assert.equal(hex('2001:db8::ff00:42:8329'), '20010db8000000000000ff0000428329')
  assert.equal(hex('::ffff:192.0.2.1'), '00000000000000000000ffffc0000201')
  assert.equal(hex('1:2:3:4:5:6:7:8'), '00010002000300040005000600070008')
})

/** Resolves with `authorized` or the code of the client's refusal. */
async function handshake(server: CertificateAndKey, trusted: CertificateAndKey, name: string): Promise<string> {
  const listener = createServer({ cert: server.certificate, key: server.key, minVersion: 'TLSv1.3' })
  listener.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  const port = typeof address === 'object' && address ? address.port : 0
  try {
    return await new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, servername: name, ca: trusted.certificate }, () => {
        socket.destroy()
        resolve(socket.authorized ? 'authorized' : 'unauthorized')
      })
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'))
    })
  } finally {
    listener.close()
  }
}
