// TLS of a listener: the certificate by the name that the client asks for, read again when the files change.
// spec: RFC 6066 §3 (server name indication), RFC 9325 (TLS 1.2 at least)

import type { ServerOptions } from 'node:https'
import type { SecureContext } from 'node:tls'
import type { Clock, Milliseconds, Timer } from '#platform/clock/clock.ts'
import type { Log } from '#platform/log/log.ts'
import { type CertificateFiles, fingerprintOf, type Loaded, loadCertificate } from './certificate-files.ts'

export interface TlsOptions {
  /** At least one. Each answers for the names in it; the first for every other name. Read again when a file changes. */
  readonly certificates: readonly CertificateFiles[]
  /** Ask clients for a certificate and hand it to the routes, unverified (it is compared with pins there). */
  readonly requestClientCertificate?: boolean
}

/** Renewal comes once in weeks: this is soon enough, and some stat calls are nothing. */
const LOOK_EVERY: Milliseconds = 10_000

export class ServerCertificates {
  readonly #options: TlsOptions
  readonly #clock: Clock
  readonly #log: Log
  #loaded: readonly Loaded[] = []
  #byName = new Map<string, SecureContext>()
  #timer: Timer | undefined
  #stopped = false

  private constructor(options: TlsOptions, clock: Clock, log: Log) {
    this.#options = options
    this.#clock = clock
    this.#log = log
  }

  /** Reads all files. Rejects with a sentence that names the file when one is missing or does not fit the other. */
  static async load(options: TlsOptions, clock: Clock, log: Log): Promise<ServerCertificates> {
    if (options.certificates.length === 0) throw new Error('A TLS listener needs at least one certificate.')
    const certificates = new ServerCertificates(options, clock, log)
    certificates.#use(await Promise.all(options.certificates.map(loadCertificate)))
    certificates.#lookAgain()
    return certificates
  }

  serverOptions(handshakeTimeout: Milliseconds): ServerOptions {
    return {
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout,
      requestCert: this.#options.requestClientCertificate ?? false,
      // The routes compare the certificate's key with a pin; a chain to some authority proves nothing here.
      rejectUnauthorized: false,
      SNICallback: (name, done) => done(null, this.contextFor(name)),
    }
  }

  /** The context for a name; the first certificate when none has the name, or none is given. */
  contextFor(name: string): SecureContext | undefined {
    const asked = name.toLowerCase()
    const exact = this.#byName.get(asked)
    if (exact) return exact
    const dot = asked.indexOf('.')
    const wildcard = dot === -1 ? undefined : this.#byName.get(`*${asked.slice(dot)}`)
    return wildcard ?? this.#loaded[0]?.context
  }

  /** Reads what changed. A file that cannot be used is logged, and what was loaded before stays in use. */
  async refresh(): Promise<void> {
    const next = await Promise.all(this.#loaded.map((one) => this.#refreshed(one)))
    if (next.some((one, i) => one !== this.#loaded[i])) this.#use(next)
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  async #refreshed(before: Loaded): Promise<Loaded> {
    try {
      if ((await fingerprintOf(before.files)) === before.fingerprint) return before
      const after = await loadCertificate(before.files)
      this.#log.info({ file: before.files.certificate, names: after.names }, 'certificate read again')
      return after
    } catch (error) {
      this.#log.error({ file: before.files.certificate, error }, 'new certificate cannot be used, the old one stays')
      return before
    }
  }

  #use(loaded: readonly Loaded[]): void {
    const byName = new Map<string, SecureContext>()
    for (const one of loaded) {
      for (const name of one.names) if (!byName.has(name)) byName.set(name, one.context)
    }
    this.#loaded = loaded
    this.#byName = byName
  }

  #lookAgain(): void {
    if (this.#stopped) return
    this.#timer = this.#clock.after(LOOK_EVERY, () => void this.refresh().finally(() => this.#lookAgain()))
  }
}
