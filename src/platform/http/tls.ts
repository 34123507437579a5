// TLS of a listener.

export interface CertificateFiles {
  /** PEM: the certificate, then the chain. */
  readonly certificate: string
  /** PEM, not encrypted. */
  readonly key: string
}

export interface TlsOptions {
  /** At least one. Each answers for the names in it; the first for every other name. Read again when a file changes. */
  readonly certificates: readonly CertificateFiles[]
  /** Ask clients for a certificate and hand it to the routes, unverified (it is compared with pins there). */
  readonly requestClientCertificate?: boolean
}
