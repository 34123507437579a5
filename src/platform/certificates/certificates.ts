// Makes X.509 certificates: an authority of one's own, and certificates for servers from an authority. For first starts, islands and
// tests; a public server gets its certificate from its ordinary authority. Face of the folder.
// spec: RFC 5280 §4 (certificates), RFC 5480 (P-256 keys), RFC 9525 (names of servers)

import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Random } from '#platform/random/random.ts'
import { addressBytes } from './address-bytes.ts'
import { bitString, context, element, octetString, oid, sequence, TAG, time, unsigned, utf8 } from './der.ts'
import { keyIdentifierOf, subjectOf } from './read-certificate.ts'

export interface CertificateAndKey {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8, not encrypted. */
  readonly key: string
}

export interface Validity {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly until: number
}

export interface AuthorityOptions {
  /** What people see when they look at it. */
  readonly name: string
  readonly validity: Validity
  readonly random: Random
}

export interface ServerCertificateOptions {
  /** DNS names and IP addresses that the certificate is for; at least one. The first is shown as the subject. */
  readonly names: readonly string[]
  /** Whose key signs: P-256, P-384, RSA or Ed25519. */
  readonly authority: CertificateAndKey
  readonly validity: Validity
  readonly random: Random
}

interface Draft {
  readonly subject: Uint8Array
  readonly issuer: Uint8Array
  readonly validity: Validity
  readonly publicKey: KeyObject
  readonly extensions: readonly Uint8Array[]
  readonly signer: KeyObject
  readonly random: Random
}

/** A new authority (P-256) that signs its own certificate. */
export function createAuthority({ name, validity, random }: AuthorityOptions): CertificateAndKey {
  const { publicKey, privateKey } = newKey()
  const subject = nameOf(name)
  const identifier = identifierOf(publicKey)
  const certificate = signed({
    subject,
    issuer: subject,
    validity,
    publicKey,
    random,
    signer: privateKey,
    extensions: [
      // CA, and no authorities below it.
      extension('2.5.29.19', true, sequence(TRUE, element(TAG.integer, Buffer.from([0])))),
      // Bits 5 and 6: keyCertSign, cRLSign.
      extension('2.5.29.15', true, bitString(Buffer.from([0b0000_0110]), 1)),
      extension('2.5.29.14', false, octetString(identifier)),
    ],
  })
  return { certificate, key: pemOf(privateKey) }
}

/**
 * A certificate (P-256) for a server, which may also present it as a client. Signed by `authority`.
 * Throws a RangeError when no name is given, and whatever node:crypto throws on an authority that it cannot read.
 */
export function issueCertificate(options: ServerCertificateOptions): CertificateAndKey {
  const { names, authority, validity, random } = options
  const [first] = names
  if (first === undefined) throw new RangeError('A certificate needs at least one name.')
  const { publicKey, privateKey } = newKey()
  const issuer = new X509Certificate(authority.certificate)
  const issuerIdentifier = keyIdentifierOf(issuer.raw)
  const certificate = signed({
    // spec: RFC 5280 appendix A.1: a common name has at most 64 characters. The names that count are in the extension.
    subject: nameOf(first.slice(0, 64)),
    issuer: subjectOf(issuer.raw),
    validity,
    publicKey,
    random,
    signer: createPrivateKey(authority.key),
    extensions: [
      extension('2.5.29.19', true, sequence()),
      // Bit 0: digitalSignature.
      extension('2.5.29.15', true, bitString(Buffer.from([0b1000_0000]), 7)),
      // TLS server and TLS client: federation uses one certificate for both.
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))),
      extension('2.5.29.17', false, sequence(...names.map(generalName))),
      extension('2.5.29.14', false, octetString(identifierOf(publicKey))),
      ...(issuerIdentifier
        ? [extension('2.5.29.35', false, sequence(element(context(0, false), issuerIdentifier)))]
        : []),
    ],
  })
  return { certificate, key: pemOf(privateKey) }
}

const TRUE = element(TAG.boolean, Buffer.from([0xff]))

function signed(draft: Draft): string {
  const algorithm = algorithmOf(draft.signer)
  const toBeSigned = sequence(
    element(context(0, true), element(TAG.integer, Buffer.from([2]))), // version 3
    // spec: RFC 5280 §4.1.2.2: positive, at most 20 octets; 127 random bits.
    unsigned(Uint8Array.from(draft.random.bytes(16), (byte, i) => (i === 0 ? (byte & 0x7f) | 0x40 : byte))),
    algorithm.identifier,
    draft.issuer,
    sequence(time(new Date(draft.validity.from)), time(new Date(draft.validity.until))),
    draft.subject,
    draft.publicKey.export({ type: 'spki', format: 'der' }),
    element(context(3, true), sequence(...draft.extensions)),
  )
  const signature = sign(algorithm.hash, toBeSigned, draft.signer)
  const der = Buffer.from(sequence(toBeSigned, algorithm.identifier, bitString(signature)))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** spec: RFC 5758 §3.2, RFC 8017 appendix A.2.4, RFC 8410 §3 */
function algorithmOf(key: KeyObject): { readonly identifier: Uint8Array; readonly hash: string | null } {
  switch (key.asymmetricKeyType) {
    case 'ec':
      return { identifier: sequence(oid('1.2.840.10045.4.3.2')), hash: 'sha256' }
    case 'rsa':
      return { identifier: sequence(oid('1.2.840.113549.1.1.11'), element(0x05)), hash: 'sha256' }
    case 'ed25519':
      return { identifier: sequence(oid('1.3.101.112')), hash: null }
    default:
      throw new RangeError(`An authority's key is EC, RSA or Ed25519, not ${key.asymmetricKeyType}.`)
  }
}

const extension = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
  critical ? sequence(oid(id), TRUE, octetString(value)) : sequence(oid(id), octetString(value))

/** spec: RFC 5280 §4.2.1.6 */
function generalName(name: string): Uint8Array {
  return isIP(name) === 0
    ? element(context(2, false), Buffer.from(name, 'ascii'))
    : element(context(7, false), addressBytes(name))
}

const nameOf = (commonName: string): Uint8Array =>
  sequence(element(TAG.set, sequence(oid('2.5.4.3'), utf8(commonName))))

/** spec: RFC 7093 §2, method 1: the first 160 bits of the SHA-256 of the public key. */
function identifierOf(key: KeyObject): Uint8Array {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
