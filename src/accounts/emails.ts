// The e-mail addresses of accounts: each belongs to one, which has shown that it reads its mails.
// spec: client-server-api #adding-account-administrative-contact-information

import type { Clock } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { invalidParam, threepidAuthFailed, threepidInUse } from '#protocol/errors/errors.ts'
import type { UserId } from '#protocol/identifiers/identifiers.ts'
import { canonicalEmail } from './email-address.ts'
import type { EmailProofs } from './email-proofs.ts'
import { deleteEmail, deleteEmailsOfUser, giveEmail, selectEmailOwner, selectEmails } from './store/emails.ts'
import type { UserTurns } from './user-turns.ts'

/** An address of an account, by wire names. */
export interface ThirdPartyIdentifier {
  readonly medium: 'email'
  readonly address: string
  readonly validated_at: number
  readonly added_at: number
}

export interface EmailsParts {
  readonly database: Database
  readonly clock: Clock
  readonly turns: UserTurns
  readonly proofs: EmailProofs
}

/** A person has a handful; each is a way into the account. */
const MAX_ADDRESSES = 10

export class Emails {
  readonly #parts: EmailsParts

  constructor(parts: EmailsParts) {
    this.#parts = parts
  }

  async list(userId: UserId): Promise<ThirdPartyIdentifier[]> {
    const rows = await this.#parts.database.run(selectEmails, userId)
    return rows.map(({ address, validated_at, added_at }) => ({ medium: 'email', address, validated_at, added_at }))
  }

  /** Adds the address of a proof that was begun to add it. @throws `M_THREEPID_AUTH_FAILED`, `M_THREEPID_IN_USE`, `M_INVALID_PARAM`. */
  async add(userId: UserId, sid: string, clientSecret: string): Promise<void> {
    if ((await this.#parts.proofs.stateOf('add', sid, clientSecret)) !== 'proved') {
      throw threepidAuthFailed('The address is not confirmed. Open the link in the mail, or ask for another mail.')
    }
    await this.#parts.turns.run(userId, async () => {
      if ((await this.list(userId)).length >= MAX_ADDRESSES) {
        throw invalidParam(`An account has at most ${MAX_ADDRESSES} addresses. Remove one first.`)
      }
      if (!(await this.give(userId, sid))) throw addressInUse()
    })
  }

  /** Uses up a confirmed proof and gives its address to the user. @returns false when an account has the address, or proof or user are no more. */
  async give(userId: UserId, sid: string): Promise<boolean> {
    const { database, clock } = this.#parts
    return (await database.one(giveEmail, sid, userId, clock.now())) !== undefined
  }

  /** @throws `M_THREEPID_IN_USE` when an account has the address of the proof. */
  async refuseTaken(sid: string): Promise<void> {
    if ((await this.#parts.proofs.ownerOf(sid)) !== undefined) throw addressInUse()
  }

  /** An address that the user does not have is as good as removed. */
  async remove(userId: UserId, address: string): Promise<void> {
    const canonical = canonicalEmail(address)
    if (canonical !== undefined) await this.#parts.database.run(deleteEmail, userId, canonical)
  }

  async removeAll(userId: UserId): Promise<void> {
    await this.#parts.database.run(deleteEmailsOfUser, userId)
  }
}

/** Whose an address is, as somebody has written it. */
export async function ownerOfEmail(address: string, database: Database): Promise<UserId | undefined> {
  const canonical = canonicalEmail(address)
  const owner = canonical === undefined ? undefined : await database.one(selectEmailOwner, canonical)
  return owner?.user_id as UserId | undefined
}

const addressInUse = () =>
  threepidInUse('An account here has this address already. Log in to it, or use another address.')
