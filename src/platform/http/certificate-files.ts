// A certificate and its key as they lie on the disk.
// spec: RFC 7468 (PEM), RFC 5280 §4.2.1.6 (names)

import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'

export interface CertificateFiles {
  /** Path of a PEM file: the certificate, then the chain. */
  readonly certificate: string
  /** Path of a PEM file, not encrypted. */
  readonly key: string
}

export interface Loaded {
  readonly files: CertificateFiles
  readonly fingerprint: string
  readonly context: SecureContext
  readonly names: readonly string[]
  /** When it ends, milliseconds since 1970. */
  readonly until: number
}

/** Reads both files. Rejects with a sentence that names the file when one is missing or does not fit the other. */
export async function loadCertificate(files: CertificateFiles): Promise<Loaded> {
  // Taken first: a change while we read is then seen as a change the next time.
  const fingerprint = await fingerprintOf(files)
  const [certificate, key] = await Promise.all([read(files.certificate), read(files.key)])
  try {
    const context = createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' })
    const read = new X509Certificate(certificate)
    return { files, fingerprint, context, names: namesIn(read), until: read.validToDate.getTime() }
  } catch (cause) {
    throw new Error(
      `${files.certificate} and ${files.key} are not a PEM certificate and its own, unencrypted PEM key. Check that they belong together.`,
      { cause },
    )
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new Error(`${file} cannot be read. Check the path and that the server's user may read it.`, { cause })
  }
}

/** Changes when a file does. */
export async function fingerprintOf(files: CertificateFiles): Promise<string> {
  const facts = await Promise.all([files.certificate, files.key].map((file) => stat(file).catch(() => undefined)))
  return facts.map((fact) => (fact ? `${fact.ino}:${fact.size}:${fact.mtimeMs}` : 'absent')).join(' ')
}

/** DNS names and IP addresses of the subject alternative name. */
function namesIn(certificate: X509Certificate): string[] {
  const names = certificate.subjectAltName?.split(', ') ?? []
  return names.map((name) => name.replace(/^(DNS|IP Address):/, '').toLowerCase())
}
