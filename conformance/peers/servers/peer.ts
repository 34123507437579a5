// Another vendor's server beside ours, as the scenarios see it.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { EmbeddedDatabase } from '#platform/database/database.ts'
import { type CertificateAndKey, issueCertificate } from '../../../src/platform/certificates/certificates.ts'
import { systemRandom } from '../../../src/platform/random/random.ts'
import type { Address } from './person.ts'

const MONTH = 30 * 86_400_000

/** What a peer does otherwise than the specification says, so that a scenario cannot go well beside it. */
export type Fault =
  | 'no-knocks'
  | 'takes-one-sided-state'
  | 'no-auth-difference'
  | 'hashes-other-fractions'
  | 'redacts-at-the-top'
  | 'invites-without-create'
  | 'no-backfill'

export interface KnownFault {
  readonly reason: string
  /** Room versions; without: from the first. */
  readonly since?: number
}

export interface Peer extends Address {
  readonly faults: { readonly [fault in Fault]?: KnownFault }
  /** Where it listens; its name has another port, so that the line can be cut. */
  readonly port: number
  start(): Promise<void>
  stop(): Promise<void>
}

export interface PeerParts {
  /** For its data and its log. */
  readonly folder: string
  readonly database: EmbeddedDatabase
  readonly authority: CertificateAndKey
  /** The port in its name. */
  readonly namedPort: number
  readonly sharedSecret: string
}

/** Makes the folder with `ca.pem`, `cert.pem` and `key.pem`. */
export async function writeCertificates({ folder, authority }: PeerParts): Promise<void> {
  await mkdir(folder, { recursive: true })
  const now = Date.now()
  const validity = { from: now - 60_000, until: now + MONTH }
  const issued = issueCertificate({ names: ['localhost'], authority, validity, random: systemRandom() })
  await writeFile(path.join(folder, 'ca.pem'), authority.certificate)
  await writeFile(path.join(folder, 'cert.pem'), issued.certificate)
  await writeFile(path.join(folder, 'key.pem'), issued.key, { mode: 0o600 })
}
