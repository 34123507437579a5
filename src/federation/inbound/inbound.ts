// What other servers send us: transactions and invites. Face of the folder.
// spec: server-server-api #transactions, #inviting-to-a-room

import type { Clock, Milliseconds } from '#platform/clock/clock.ts'
import type { Database } from '#platform/database/database.ts'
import { FairSemaphore } from '#platform/limits/limits.ts'
import type { Log } from '#platform/log/log.ts'
import type { ServerName, UserId } from '#protocol/identifiers/identifiers.ts'
import type { JsonObject } from '#protocol/json/json.ts'
import type { InvitedAccounts } from './permit-invite.ts'
import { permitInvite } from './permit-invite.ts'
import { type EduReceivers, routeEdus } from './route-edus.ts'
import { forgetAnswers, saveAnswer, selectAnswer } from './store/received-transactions.ts'
import { answerText, type RoomReceiver, takePdus } from './take-pdus.ts'

export type { EduReceivers, KeyReceivers } from './route-edus.ts'

export interface InboundParts {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly rooms: RoomReceiver
  readonly accounts: InvitedAccounts
  /** Who takes in EDUs of each kind. */
  readonly edus: EduReceivers
}

export interface ReceivedTransaction {
  readonly origin: ServerName
  readonly txnId: string
  readonly pdus: readonly JsonObject[]
  readonly edus: readonly JsonObject[]
}

/**
 * At once, over all servers and for one: a transaction may wait for state from elsewhere, others need not. Waiting for one server: it sends
 * one at a time, so more than a few are a flood; over all: memory, at some 100 KB each.
 */
const atOnce = { places: 64, placesPerKey: 4, waitingPerKey: 16, waiting: 1_000 }
/** How long the answer to a transaction is remembered. Servers repeat within minutes; after that its events are known anyway. */
const REMEMBERED: Milliseconds = 24 * 3_600_000
const FORGET_EVERY: Milliseconds = 3_600_000

export class FederationInbound {
  readonly #parts: InboundParts
  readonly #places = new FairSemaphore(atOnce)
  /** Transactions under way, by origin and ID: bounded by the places and those that wait. */
  readonly #underWay = new Map<string, Promise<string>>()
  #forgotAt: Milliseconds

  constructor(parts: InboundParts) {
    this.#parts = parts
    this.#forgotAt = parts.clock.now()
  }

  /**
   * Takes in a transaction. Each PDU and EDU stands for itself: what is bad in one loses no other.
   *
   * @returns the answer as JSON text; the same for a transaction that comes again. @throws 429 when the server sends too much at once.
   */
  receiveTransaction(transaction: ReceivedTransaction): Promise<string> {
    const key = `${transaction.origin} ${transaction.txnId}`
    const underWay = this.#underWay.get(key)
    if (underWay) return underWay
    const taking = this.#places
      .run(transaction.origin, () => this.#take(transaction))
      .finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, taking)
    return taking
  }

  /** May this user of ours be invited by that one? @throws 403 with the rule. */
  permitInvite(invited: UserId, inviter: UserId): Promise<void> {
    return permitInvite(this.#parts.accounts, invited, inviter)
  }

  async #take({ origin, txnId, pdus, edus }: ReceivedTransaction): Promise<string> {
    const { database, clock, log, rooms, edus: receivers } = this.#parts
    const before = pdus.length === 0 ? undefined : await database.one(selectAnswer, origin, txnId)
    if (before) return before.answer
    // Keys before the messages that they open, receipts after the messages that they name.
    const routed = routeEdus(origin, edus, receivers, log)
    await routed.takeKeys()
    const answer = answerText(await takePdus(origin, pdus, { rooms, log }))
    await routed.takeOthers()
    // Without PDUs the answer is always the same, and whatever EDUs say may be said again.
    if (pdus.length > 0) await database.run(saveAnswer, origin, txnId, answer, clock.now())
    await this.#forget()
    return answer
  }

  async #forget(): Promise<void> {
    const { database, clock } = this.#parts
    const now = clock.now()
    if (now - this.#forgotAt < FORGET_EVERY) return
    this.#forgotAt = now
    await database.run(forgetAnswers, now - REMEMBERED)
  }
}
