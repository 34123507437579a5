// Proofs that somebody reads the mails of an address: a link is mailed, its page confirms, the client shows session and secret.
// Nobody learns from the answers whether an account has an address: that is told in the mail.
// spec: client-server-api #adding-account-administrative-contact-information, #email-based-identity--homeserver; decision 0034

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { type Rate, RateLimiter } from '#platform/limits/limits.ts'
import type { Mailer } from '#platform/mail/mail.ts'
import type { Random } from '#platform/random/random.ts'
import { invalidParam, limitExceeded, threepidDenied, threepidMediumNotSupported } from '#protocol/errors/errors.ts'
import type { ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalEmail, domainOf } from './email-address.ts'
import { type EmailOccasion, emailMail } from './email-mails.ts'
import { hasHash, hashOf, isTokenLike, makeToken } from './secret-tokens.ts'
import {
  beginProof,
  confirmProof,
  deleteProof,
  type ProofRow,
  selectEmailOwner,
  selectProof,
  selectProofBySid,
} from './store/emails.ts'

export type EmailPurpose = ProofRow['purpose']

/** How mails are sent; without it no address can be confirmed. */
export interface EmailSettings {
  readonly mailer: Mailer
  /** Domains of the addresses that may be registered or added; empty: all. */
  readonly domains: readonly string[]
  /** Mails to one address; undefined: not limited. */
  readonly mailsPerAddress: Rate | undefined
}

export interface EmailProofsParts {
  readonly serverName: ServerName
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  /** Where clients reach this server: the link leads there. */
  readonly baseUrl: string | undefined
  readonly settings: EmailSettings | undefined
}

export interface EmailTokenRequest {
  readonly email: string
  readonly clientSecret: string
  readonly sendAttempt: number
  readonly nextLink: string | undefined
}

/** What the page of a link shows. */
export interface EmailLink {
  readonly address: string
  /** Where the client wants the person to go on, `http` or `https`. */
  readonly nextLink: URL | undefined
}

interface WantedProof {
  readonly purpose: EmailPurpose
  readonly address: string
  readonly secretHash: string
  readonly sendAttempt: number
  readonly nextLink: string | null
}

/** The path of the page; the endpoint is defined with it. */
const CONFIRM_PATH = '/_matrix/client/unstable/se.samband/email/confirm'

/** A link lives an hour, and a proof an hour from when the link was used. */
const LIFETIME = 3_600_000
const SID_LENGTH = 32
const MAX_LINK_LENGTH = 2048
/** What a full queue of mails needs to move on. */
const QUEUE_WAIT = 60_000

const secretGrammar = /^[0-9a-zA-Z.=_-]{1,255}$/

export class EmailProofs {
  readonly #parts: EmailProofsParts
  readonly #mails: RateLimiter<'mail'>

  constructor(parts: EmailProofsParts) {
    this.#parts = parts
    this.#mails = new RateLimiter({ clock: parts.clock, rates: { mail: parts.settings?.mailsPerAddress } })
  }

  /** Whether addresses can be confirmed here: there is a mail server, and an address for the link. */
  get areOffered(): boolean {
    return this.#parts.settings !== undefined && this.#parts.baseUrl !== undefined
  }

  /**
   * Mails a link, unless this attempt has been answered before.
   *
   * @throws `M_INVALID_PARAM`, `M_THREEPID_DENIED`, `M_THREEPID_MEDIUM_NOT_SUPPORTED`, 429.
   */
  async request(purpose: EmailPurpose, asked: EmailTokenRequest): Promise<{ sid: string }> {
    if (!this.areOffered) throw emailNotOffered()
    const wanted = { purpose, ...checked(asked), sendAttempt: asked.sendAttempt }
    if (purpose !== 'reset') refuseForeign(wanted.address, this.#parts.settings?.domains ?? [])
    const known = await this.#known(wanted)
    if (known !== undefined && (known.validated_at !== null || known.send_attempt >= asked.sendAttempt)) {
      return { sid: known.sid }
    }
    const wait = this.#mails.take(wanted.address, 'mail')
    if (wait > 0) throw limitExceeded(wait)
    const begun = await this.#begin(wanted)
    if (begun !== undefined) await this.#mail(wanted, begun)
    // Else the same request came twice at once, and the other one sends the mail.
    const sid = begun?.sid ?? (await this.#known(wanted))?.sid
    if (sid === undefined) throw limitExceeded(QUEUE_WAIT)
    return { sid }
  }

  /** What the page of a link shows before the person confirms; undefined: the link is unknown, replaced or too old. */
  async look(sid: string, token: string): Promise<EmailLink | undefined> {
    const row = await this.#bySid(sid)
    if (row === undefined || !hasHash(token, row.token_hash)) return undefined
    return { address: row.address, nextLink: row.next_link === null ? undefined : new URL(row.next_link) }
  }

  /** The person confirms; again does no harm. Undefined as for `look`. */
  async confirm(sid: string, token: string): Promise<EmailLink | undefined> {
    const link = await this.look(sid, token)
    if (link === undefined) return undefined
    const now = this.#parts.clock.now()
    await this.#parts.database.run(confirmProof, sid, hashOf(token), now, now + LIFETIME)
    return link
  }

  /** Whether a client may use a proof: `pending` until the person has confirmed. */
  async stateOf(purpose: EmailPurpose, sid: string, clientSecret: string): Promise<'proved' | 'pending' | 'unknown'> {
    const row = await this.#bySid(sid)
    if (row?.purpose !== purpose || !hasHash(clientSecret, row.client_secret_hash)) return 'unknown'
    return row.validated_at === null ? 'pending' : 'proved'
  }

  /** Whose the address of a proof is; undefined: nobody's, or the proof has ended. */
  async ownerOf(sid: string): Promise<UserId | undefined> {
    const row = await this.#bySid(sid)
    const owner = row && (await this.#parts.database.one(selectEmailOwner, row.address))
    return owner?.user_id as UserId | undefined
  }

  async forget(sid: string): Promise<void> {
    await this.#parts.database.run(deleteProof, sid)
  }

  async #known({ purpose, address, secretHash }: WantedProof): Promise<ProofRow | undefined> {
    const { database, clock } = this.#parts
    return database.one(selectProof, purpose, address, secretHash, clock.now())
  }

  /** Undefined when this attempt, or a later one, has begun already. */
  async #begin(wanted: WantedProof): Promise<{ sid: string; token: string } | undefined> {
    const { database, clock, random } = this.#parts
    const { purpose, address, secretHash, sendAttempt, nextLink } = wanted
    const { token, hash } = makeToken('email', random)
    const now = clock.now()
    const proof = [random.text(SID_LENGTH), purpose, address, secretHash, hash, sendAttempt, nextLink] as const
    const begun = await database.one(beginProof, ...proof, now + LIFETIME, now)
    return begun && { sid: begun.sid, token }
  }

  async #mail({ purpose, address }: WantedProof, { sid, token }: { sid: string; token: string }): Promise<void> {
    const { settings, baseUrl, serverName, database } = this.#parts
    const occasion = await this.#occasion(purpose, address)
    const link = occasion === purpose ? `${baseUrl}${CONFIRM_PATH}?${new URLSearchParams({ sid, token })}` : undefined
    if (settings?.mailer.send(emailMail(occasion, { to: address, serverName, link }))) return
    await database.run(deleteProof, sid)
    throw limitExceeded(QUEUE_WAIT)
  }

  #bySid(sid: string): Promise<ProofRow | undefined> | undefined {
    return isTokenLike(sid) ? this.#parts.database.one(selectProofBySid, sid, this.#parts.clock.now()) : undefined
  }

  async #occasion(purpose: EmailPurpose, address: string): Promise<EmailOccasion> {
    const owner = await this.#parts.database.one(selectEmailOwner, address)
    if (purpose === 'reset') return owner?.has_password === true ? 'reset' : 'unknown'
    return owner === undefined ? purpose : 'taken'
  }
}

const emailNotOffered = () =>
  threepidMediumNotSupported(
    'This server sends no mails, so it cannot confirm an address. Ask its administrators for help.',
  )

function checked({ email, clientSecret, sendAttempt, nextLink }: EmailTokenRequest) {
  if (!secretGrammar.test(clientSecret)) {
    throw invalidParam('"client_secret" has 1 to 255 of the characters a-z, A-Z, 0-9 and . = _ -.')
  }
  if (!Number.isSafeInteger(sendAttempt)) throw invalidParam('"send_attempt" is too large.')
  const address = canonicalEmail(email)
  if (address === undefined) throw invalidParam('This is not an e-mail address. Write it as name@domain.example.')
  return { address, secretHash: hashOf(clientSecret), nextLink: nextLink === undefined ? null : webLink(nextLink) }
}

/** The link of a web page, as a browser would read it. @throws `M_INVALID_PARAM`. */
function webLink(text: string): string {
  const url = text.length <= MAX_LINK_LENGTH ? URL.parse(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw invalidParam(`"next_link" must be an http or https address of at most ${MAX_LINK_LENGTH} characters.`)
  }
  return url.href
}

function refuseForeign(address: string, domains: readonly string[]): void {
  const domain = domainOf(address)
  if (domains.length > 0 && !domains.some((one) => domainOf(one) === domain)) {
    throw threepidDenied(`Only addresses of these domains can be used here: ${domains.join(', ')}.`)
  }
}
