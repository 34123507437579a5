// Sends mails through the operator's mail server, in the background, for a bounded time. Face of the folder, and the only one that imports
// `nodemailer`. What waits is in memory: after a restart the person asks for the mail again.
// spec: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 8314 (implicit TLS), RFC 3834 (mails of programs)

import { rootCertificates } from 'node:tls'
import { createTransport, type Transporter } from 'nodemailer'
import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import { FairSemaphore } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'

export interface Mail {
  /** One bare address, without a name. */
  readonly to: string
  /** Whose name stands at the sender's address. */
  readonly fromName: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** Whoever sends mails asks for this. */
export interface Mailer {
  /** Takes a mail for delivery, at once. @returns false when too many wait: it will not be sent. */
  send(mail: Mail): boolean
}

export interface MailOptions {
  readonly host: string
  readonly port: number
  /** `starttls`: TLS or nothing is sent. `tls`: from the first byte. `none`: in the clear. */
  readonly security: 'starttls' | 'tls' | 'none'
  readonly user: string | undefined
  readonly password: string | undefined
  /** The sender's address. */
  readonly from: string
  /** PEM of authorities that are trusted beside the usual ones. */
  readonly authorities: readonly string[]
  /** For each step: connecting, the greeting, every further silence. */
  readonly timeout: Milliseconds
}

/** Connections at once: what an ordinary relay allows one host. */
const CONNECTIONS = 4
/** Mails that wait or are under way; some 10 KiB each. */
const CAPACITY = 1_000
/** After these it is given up: who waits for a link has asked again by then. */
const PAUSES: readonly Milliseconds[] = [10_000, 60_000, 300_000, 900_000]

export class SmtpMailer implements Mailer {
  readonly #transport: Transporter
  readonly #from: string
  readonly #clock: Clock
  readonly #log: Log
  readonly #places = new FairSemaphore({ places: CONNECTIONS, waitingPerKey: CAPACITY, waiting: CAPACITY })
  readonly #deliveries = new Set<Promise<void>>()
  readonly #stop = new AbortController()

  constructor({ clock, log, options }: { clock: Clock; log: Log; options: MailOptions }) {
    this.#transport = createTransport(transportOf(options))
    this.#from = options.from
    this.#clock = clock
    this.#log = log
  }

  send(mail: Mail): boolean {
    if (this.#deliveries.size >= CAPACITY || this.#stop.signal.aborted) return false
    const delivery = this.#deliver(mail).finally(() => this.#deliveries.delete(delivery))
    this.#deliveries.add(delivery)
    return true
  }

  /** Gives up what waits and ends what is under way. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('The server stops.'))
    await Promise.all(this.#deliveries)
    this.#transport.close()
  }

  /** Never rejects. */
  async #deliver(mail: Mail): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      const failure = await this.#places.run('', () => this.#attempt(mail)).catch((error: unknown) => ({ error }))
      if (failure === undefined || this.#stop.signal.aborted) return
      const pause = isFinal(failure.error) ? undefined : PAUSES[attempt]
      this.#logFailure(failure.error, pause)
      if (pause === undefined) return
      await this.#clock.wait(pause, this.#stop.signal).catch(() => {})
    }
  }

  async #attempt({ to, fromName, subject, text, html }: Mail): Promise<undefined> {
    // Objects, not texts: an address is never read as a list of addresses.
    const addresses = { from: { name: fromName, address: this.#from }, to: { name: '', address: to } }
    const headers = { 'Auto-Submitted': 'auto-generated' }
    await this.#transport.sendMail({ ...addresses, subject, text, html, headers, signal: this.#stop.signal })
  }

  /** Codes only: an answer of the mail server may name the recipient. */
  #logFailure(error: unknown, pause: Milliseconds | undefined): void {
    const fields = { code: codeOf(error, 'code'), smtp_status: codeOf(error, 'responseCode') }
    if (pause === undefined) this.#log.error(fields, 'A mail could not be sent and is given up.')
    else this.#log.warn({ ...fields, retry_ms: pause }, 'A mail could not be sent and is tried again.')
  }
}

function transportOf({ host, port, security, user, password, authorities, timeout }: MailOptions) {
  return {
    ...{ host, port },
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    ...(authorities.length > 0 && { tls: { ca: [...rootCertificates, ...authorities] } }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    // The content is ours alone; nothing in it is a path or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** Whether the mail server has said of this recipient or this content that it will never take it. Everything else may be put right. */
function isFinal(error: unknown): boolean {
  const status = codeOf(error, 'responseCode')
  return (
    typeof status === 'number' && status >= 500 && ['EENVELOPE', 'EMESSAGE'].includes(String(codeOf(error, 'code')))
  )
}

const codeOf = (error: unknown, name: 'code' | 'responseCode'): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
